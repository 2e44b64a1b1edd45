-- Every dossier's state for the live figures at a start, folded with the joins of the state table and never trusting
-- merges. Must stream in bounded memory: the table's order is the grouping, so that one key is folded at a time.
-- A register reads as (at in ms, value or null), at 0 when it was never given; a first code as (at, code), 0 likewise.
WITH
    register -> (
        toInt64(reinterpretAsUInt64(reverse(substring(register, 1, 6)))),
        if(substring(register, 7, 1) = '\x01', CAST(substring(register, 8), 'Nullable(String)'), NULL)) AS text,
    register -> if(substring(register, 1, 6) = repeat('\xff', 6), (toInt64(0), ''), (
        toInt64(reinterpretAsUInt64(reverse(substring(register, 1, 6)))), substring(register, 7))) AS first_code,
    register -> (
        toInt64(bitShiftRight(register, 9)),
        if(bitTest(register, 8), CAST(toUInt8(bitAnd(register, 255)), 'Nullable(UInt8)'), NULL)) AS small,
    register -> (
        toInt64(bitShiftRight(register, 49)),
        if(bitTest(toUInt64(bitShiftRight(register, 48)), 0),
            CAST(toInt64(bitAnd(register, 281474976710655)), 'Nullable(Int64)'), NULL)) AS instant,
    maxMap(dossier_state.pause_kind) AS kinds,
    maxMap(dossier_state.pause_from) AS froms,
    maxMap(dossier_state.pause_to) AS tos,
    arraySort(groupUniqArrayArray(dossier_state.due)) AS due_scalars
SELECT
    dossier_state.source AS source,
    dossier_state.id AS id,
    text(max(dossier_state.unit)) AS unit,
    first_code(min(dossier_state.unit_first)) AS unit_first,
    text(max(dossier_state.procedure)) AS procedure,
    text(max(dossier_state.field)) AS field,
    small(max(dossier_state.channel)) AS channel,
    text(max(dossier_state.received_by)) AS received_by,
    first_code(min(dossier_state.received_by_first)) AS received_by_first,
    text(max(dossier_state.holder)) AS holder,
    instant(max(dossier_state.filed_at)) AS filed_at,
    instant(max(dossier_state.received_at)) AS received_at,
    instant(max(dossier_state.finished_at)) AS finished_at,
    small(max(dossier_state.digitised)) AS digitised,
    small(max(dossier_state.electronic_result)) AS electronic_result,
    small(max(dossier_state.reused_data)) AS reused_data,
    small(max(dossier_state.payable)) AS payable,
    small(max(dossier_state.paid_online)) AS paid_online,
    text(max(dossier_state.late_cause)) AS late_cause,
    text(max(dossier_state.void)) AS void,
    -- by position (R-4): the greatest UInt64 and 0 when the status was never seen
    [
        min(dossier_state.registered_first), min(dossier_state.accepted_first), min(dossier_state.processing_first),
        min(dossier_state.supplement_requested_first), min(dossier_state.payment_requested_first),
        min(dossier_state.refused_first), min(dossier_state.withdrawn_first), min(dossier_state.stopped_first),
        min(dossier_state.done_first), min(dossier_state.delivered_first)
    ] AS statuses_first,
    [
        max(dossier_state.registered_last), max(dossier_state.accepted_last), max(dossier_state.processing_last),
        max(dossier_state.supplement_requested_last), max(dossier_state.payment_requested_last),
        max(dossier_state.refused_last), max(dossier_state.withdrawn_last), max(dossier_state.stopped_last),
        max(dossier_state.done_last), max(dossier_state.delivered_last)
    ] AS statuses_last,
    -- R-5: of each at the greatest scalar, the 64 least ats
    arraySlice(arrayMap(scalar -> instant(scalar), arrayFilter(
        (scalar, next) -> bitShiftRight(scalar, 49) != bitShiftRight(next, 49),
        due_scalars, arraySlice(arrayPushBack(due_scalars, toUInt128(0)), 2))), 1, 64) AS due,
    -- R-5: the 64 least ids
    arrayMap(pause_id -> (pause_id, small(kinds[pause_id]), instant(froms[pause_id]), instant(tos[pause_id])),
        arraySlice(arraySort(mapKeys(froms)), 1, 64)) AS pauses
FROM dossier_state
GROUP BY source, id
SETTINGS optimize_aggregation_in_order = 1
