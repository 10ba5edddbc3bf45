"""What people read: figures, sentences, headlines and the report page, all of them from served marts.

Nothing is counted here: every share, interval and floor is dbt's.
"""
