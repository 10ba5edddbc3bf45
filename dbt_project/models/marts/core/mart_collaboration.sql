{{ share_rows('collaboration', 'shares.cell as collaboration') }}
