{{ share_rows('automation', 'shares.cell as mode') }}
