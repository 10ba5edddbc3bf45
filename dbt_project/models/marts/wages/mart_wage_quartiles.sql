{{ share_rows('wage_quartile', 'shares.cell as wage_quartile') }}
