{{ share_rows('intent', 'shares.cell as intent') }}
