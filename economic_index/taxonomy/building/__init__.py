"""Builders of the shipped facts: each takes the reference folder and returns the rows of one table.

Nothing is written here (build_facts.py does), and no sentence goes into a row.
"""
