-- Every indicator's state for the live figures at a start, folded as in seed_dossiers; decimals in millionths.
WITH
    register -> (
        toInt64(bitShiftRight(register, 65)),
        if(bitAnd(bitShiftRight(register, 64), 1) = 1,
            CAST(toInt64(toInt128(bitAnd(register, 18446744073709551615)) - 9223372036854775808), 'Nullable(Int64)'),
            NULL)) AS decimal
SELECT
    indicator_state.code AS code,
    indicator_state.unit AS unit,
    indicator_state.period AS period,
    decimal(max(indicator_state.numerator)) AS numerator,
    decimal(max(indicator_state.denominator)) AS denominator,
    decimal(max(indicator_state.value)) AS value,
    decimal(max(indicator_state.declared)) AS declared,
    (
        toInt64(reinterpretAsUInt64(reverse(substring(max(indicator_state.source), 1, 6)))),
        CAST(substring(max(indicator_state.source), 8), 'Nullable(String)')
    ) AS source
FROM indicator_state
GROUP BY code, unit, period
SETTINGS optimize_aggregation_in_order = 1
