{{ share_rows('use_case', 'shares.cell as use_case') }}
