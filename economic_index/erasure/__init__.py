"""Deletion on request and by age: who is meant, where it lies in a home, and what may come back.

What a reading drops because nothing needs it any more is economic_index/forgetting.py's.
"""
