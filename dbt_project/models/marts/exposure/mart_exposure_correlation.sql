{{ correlation_rows(
    "intervals.with_what <> 'median_wage'",
    keys='intervals.with_what as exposure_measure,',
    more=', described.cluster_unit, described.onet_version'
) }}
