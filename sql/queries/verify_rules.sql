-- What the rules R-3 to R-15 and R-22, R-23 say of every dossier: the first half of verify_figures, verify_windows and
-- verify_verdicts, which begin with this text. It ends with the relation `judged`, one row per dossier that isn't void.
-- Written from the rules alone; the cube is their other implementation.
--
-- Parameters: tz (IANA zone), now (ms). All instants are Int64 ms, all days Int32 days since 1970-01-01.
-- `never` stands below and `forever` above every instant; -1 is "no instant".
WITH RECURSIVE
    toInt64(-1) AS none,
    toInt64(-1000000000000000) AS never,
    toInt64(1000000000000000) AS forever,
    -- the last instant whose local day is asked for: later ones only arise from an open pause
    toInt64(10000000000000) AS last_dated,
    ms -> toInt32(toDate32(fromUnixTimestamp64Milli(least(ms, last_dated), {tz:String}))) AS local_day,
    day -> toUnixTimestamp64Milli(toDateTime64(toDate32(toInt32(day)), 3, {tz:String})) AS day_start,
    register -> toInt64(bitShiftRight(register, 49)) AS instant_at,
    register -> if(bitTest(toUInt64(bitShiftRight(register, 48)), 0),
        toInt64(bitAnd(register, toUInt128(281474976710655))), none) AS instant_value,
    register -> bitTest(register, 8) AND bitTest(register, 0) AS is_true,
    register -> toInt64(reinterpretAsUInt64(reverse(substring(register, 1, 6)))) AS text_at,
    -- R-23 over versions (first day, last day), an open end being the extreme Int32: the one valid on the day that began
    -- last, else the one that ended last before it; (false, 0) when there is none
    (versions, day) -> arrayElement(arrayConcat(
        arrayMap(version -> (true, version.1), arraySlice(arrayReverseSort(
            arrayFilter(version -> version.1 <= day AND day <= version.2, versions)), 1, 1)),
        arrayMap(version -> (true, version.1), arraySlice(arrayReverseSort(version -> (version.2, version.1),
            arrayFilter(version -> version.2 < day, versions)), 1, 1)),
        [(false, toInt32(0))]), 1) AS unit_of,
    local_day({now:Int64}) AS today,

-- The registers of each dossier, joined as the state table joins them; merges are never trusted.
folded AS
(
    SELECT
        source,
        id,
        max(unit) AS unit,
        max(channel) AS channel,
        max(received_at) AS received_at,
        max(finished_at) AS finished_at,
        max(digitised) AS digitised,
        max(electronic_result) AS electronic_result,
        max(reused_data) AS reused_data,
        max(payable) AS payable,
        max(paid_online) AS paid_online,
        max(void) AS void,
        -- R-4: position in the order of statuses
        [min(registered_first), min(accepted_first), min(processing_first), min(supplement_requested_first),
            min(payment_requested_first), min(refused_first), min(withdrawn_first), min(stopped_first),
            min(done_first), min(delivered_first)] AS least_at,
        [max(registered_last), max(accepted_last), max(processing_last), max(supplement_requested_last),
            max(payment_requested_last), max(refused_last), max(withdrawn_last), max(stopped_last),
            max(done_last), max(delivered_last)] AS greatest_at,
        groupUniqArrayArray(due) AS due,
        maxMap(pause_kind) AS pause_kind,
        maxMap(pause_from) AS pause_from,
        maxMap(pause_to) AS pause_to
    FROM dossier_state
    GROUP BY source, id
    -- R-6
    HAVING substring(void, 7, 1) != '\x01'
),

r3_r5_values AS
(
    SELECT
        source,
        id,
        substring(unit, 8) AS unit_code,
        local_day(text_at(unit)) AS unit_day,
        if(bitTest(channel, 8), ['counter', 'online', 'post'][bitAnd(channel, 255) + 1], 'counter') AS channel_name,
        instant_value(received_at) AS received,
        instant_value(finished_at) AS finished_value,
        instant_at(finished_at) AS finished_register_at,
        is_true(digitised) AS is_digitised,
        is_true(electronic_result) AS is_electronic_result,
        is_true(reused_data) AS is_reused_data,
        is_true(payable) AS is_payable,
        is_true(paid_online) AS is_paid_online,
        arrayMap(at -> if(at = 18446744073709551615, forever, toInt64(at)), least_at) AS first_seen,
        arrayMap(at -> if(at = 0, never, toInt64(at)), greatest_at) AS last_seen,
        -- R-4: the greatest (at, position); 0 when no status was seen
        arraySort(arrayFilter(seen -> seen.1 != never, arrayZip(last_seen, range(1, 11)))) AS statuses,
        if(empty(statuses), 0, statuses[-1].2) AS newest_status,
        -- R-5: the winner of each at is the greatest scalar of those that share it; the 64 least ats count
        arraySort(due) AS due_scalars,
        arraySlice(arrayFilter((scalar, next) -> instant_at(scalar) != instant_at(next),
            due_scalars, arraySlice(arrayPushBack(due_scalars, toUInt128(0)), 2)), 1, 64) AS due_winners,
        arrayMap(scalar -> (instant_at(scalar), instant_value(scalar)), due_winners) AS due_dates,
        -- R-5: the 64 least ids; R-11: those with a from
        arraySlice(arraySort(mapKeys(pause_from)), 1, 64) AS pause_ids,
        arrayFilter(pause -> pause.1 != none, arrayMap(pause_id -> (
            instant_value(pause_from[pause_id]),
            if(instant_value(pause_to[pause_id]) = none, forever, instant_value(pause_to[pause_id])),
            is_true(pause_kind[pause_id])), pause_ids)) AS pauses_given
    FROM folded
),

r7_r10_finish AS
(
    SELECT
        *,
        arrayExists(seen -> seen != never, last_seen) AS any_status,
        -- R-7: positions 1 registered .. 10 delivered
        arrayExists(position -> last_seen[position] != never, [2, 3, 4, 5, 8, 9, 10])
            OR (last_seen[7] != never AND received != none)
            OR (received != none AND NOT any_status) AS accepted,
        -- R-8
        if(received != none, received, arrayMin([first_seen[2], first_seen[3], first_seen[4], first_seen[5],
            first_seen[7], first_seen[8], first_seen[9], first_seen[10]])) AS taken_on,
        -- R-9
        arrayMax(arraySlice(last_seen, 1, 5)) AS reopened,
        arrayMax(arraySlice(last_seen, 6, 3)) AS ended_otherwise,
        multiIf(
            finished_value != none AND (finished_value >= reopened OR finished_register_at > reopened), finished_value,
            last_seen[9] != never AND first_seen[9] >= reopened, first_seen[9],
            last_seen[9] != never AND last_seen[9] >= reopened, last_seen[9],
            last_seen[10] != never AND first_seen[10] >= reopened, first_seen[10],
            last_seen[10] != never AND last_seen[10] >= reopened, last_seen[10],
            ended_otherwise != never AND ended_otherwise >= reopened, ended_otherwise,
            forever) AS finish_given,
        finish_given != forever AS is_finished,
        if(is_finished, greatest(finish_given, taken_on), forever) AS finish,
        -- R-10
        is_finished AND newest_status IN (6, 7, 8) AS given_up
    FROM r3_r5_values
),

r11_r13_pauses AS
(
    SELECT
        *,
        arrayMap(pause -> (pause.1, least(pause.2, finish), pause.3),
            arrayFilter(pause -> pause.1 < finish, pauses_given)) AS pauses,
        arrayFold((merged, pause) -> if(notEmpty(merged) AND pause.1 <= merged[-1].2,
                arrayPushBack(arrayPopBack(merged), (merged[-1].1, greatest(merged[-1].2, pause.2))),
                arrayPushBack(merged, pause)),
            arraySort(arrayMap(pause -> (pause.1, pause.2), arrayFilter(pause -> pause.2 > pause.1, pauses))),
            CAST([], 'Array(Tuple(Int64, Int64))')) AS merged_pauses,
        arraySort(arrayMap(pause -> pause.1, arrayFilter(pause -> pause.3, pauses))) AS supplement_froms,
        if(length(supplement_froms) >= 2, supplement_froms[2], forever) AS second_request
    FROM r7_r10_finish
),

r12_due AS
(
    SELECT
        *,
        if(empty(due_dates), none, due_dates[1].2) AS due_first,
        -- (instant, 0 pause or 1 due date, end of the pause or due date, rest of a pause in progress)
        arraySort(arrayConcat(
            arrayMap(pause -> (pause.1, toInt64(0), pause.2, toInt64(0)), merged_pauses),
            arrayMap(due -> (due.1, toInt64(1), due.2, arraySum(arrayMap(
                pause -> if(pause.2 = forever, forever, pause.2 - due.1),
                arrayFilter(pause -> pause.1 <= due.1 AND due.1 < pause.2, merged_pauses)))),
                arrayPopFront(due_dates)))) AS events,
        -- (due as moved so far, last counting value, first one too late)
        arrayFold((walk, event) -> multiIf(
                event.2 = 0, (
                    if(walk.1 != none AND event.1 < walk.1,
                        if(event.3 = forever OR walk.1 = forever, forever, walk.1 + event.3 - event.1), walk.1),
                    walk.2,
                    walk.3),
                event.3 = walk.2, walk,
                walk.1 = none OR event.1 <= walk.1, (
                    multiIf(event.3 = none OR event.1 >= event.3, event.3,
                        event.4 = forever, forever,
                        event.3 + event.4),
                    event.3,
                    walk.3),
                (walk.1, walk.2, if(walk.3 = none, event.1, walk.3))),
            events,
            (due_first, due_first, none)) AS walked,
        walked.1 AS due_instant,
        walked.3 AS rescheduled_at
    FROM r11_r13_pauses
),

r14_r15_judged AS
(
    SELECT
        *,
        due_instant = none AS is_undated,
        least(if(is_undated, forever, due_instant), second_request) AS overdue_from,
        multiIf(
            NOT is_finished, '',
            given_up, 'resolved_withdrawn',
            finish > overdue_from, 'resolved_late',
            is_undated, 'resolved_undated',
            local_day(finish) < local_day(due_instant), 'resolved_early',
            'resolved_on_time') AS finish_class
    FROM r12_due
),

-- The winner of each unit version (code, first day), then all versions of a code in the tree of territory (R-23).
unit_winners AS
(
    SELECT code, valid_from, max(content) AS winner
    FROM unit_state
    GROUP BY code, valid_from
),

unit_versions AS
(
    SELECT
        code,
        groupArray((valid_from, if(winner.valid_to_given, winner.valid_to, toInt32(2147483647)))) AS versions
    FROM unit_winners
    WHERE winner.tree = 'territory'
    GROUP BY code
),

-- R-22 (now, without successions), R-23: the unit register's code read on the local day of its at.
judged AS
(
    SELECT
        *,
        unit_of(versions, unit_day) AS unit_read,
        unit_read.1 AS is_resolved,
        if(is_resolved, unit_code, '') AS unit_key,
        unit_read.2 AS unit_from,
        local_day(taken_on) AS taken_on_day,
        local_day(finish) AS finish_day
    FROM r14_r15_judged
    LEFT JOIN unit_versions ON unit_versions.code = r14_r15_judged.unit_code
),

-- R-21: the unit register's winner in the same way; ratings without a score don't count.
rating_registers AS
(
    SELECT
        max(unit) AS unit_register,
        max(score) AS score_register,
        substring(unit_register, 8) AS unit_code,
        local_day(text_at(unit_register)) AS unit_day
    FROM rating_state
    GROUP BY source, id
    HAVING bitTest(score_register, 8)
),

rated AS
(
    SELECT
        score_register,
        unit_of(versions, unit_day) AS unit_read,
        unit_read.1 AS is_resolved,
        if(is_resolved, unit_code, '') AS unit_key,
        unit_read.2 AS unit_from
    FROM rating_registers
    LEFT JOIN unit_versions ON unit_versions.code = rating_registers.unit_code
)
