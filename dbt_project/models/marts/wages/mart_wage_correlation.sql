{{ correlation_rows("intervals.with_what = 'median_wage'") }}
