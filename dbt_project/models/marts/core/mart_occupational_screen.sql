{{ share_rows('is_occupational', 'shares.cell as is_occupational') }}
