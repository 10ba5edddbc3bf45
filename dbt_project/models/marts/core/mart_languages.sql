{{ share_rows('language', 'shares.cell as language') }}
