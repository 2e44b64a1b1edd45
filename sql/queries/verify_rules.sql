-- What the rules R-3 to R-15, R-17's working days, R-20 and R-22 say of every dossier and rating: the middle part of verify_figures,
-- verify_windows and verify_verdicts, after verify_hierarchy. It ends with the relations `judged`, one row per dossier that
-- isn't void, and `rated`, one per rating with a score. Written from the rules alone; the cube is their other implementation.
--
-- Perspectives: 0 now and processing, 1 now and receiving, 2 was and processing, 3 was and receiving. `units` has the unit of
-- each; `places` has each of these units once with the set of its perspectives, a bit for each, so that nothing is
-- counted four times that can be counted once.
,
register -> toInt64(bitShiftRight(register, 49)) AS instant_at,
register -> if(bitTest(toUInt64(bitShiftRight(register, 48)), 0),
    toInt64(bitAnd(register, toUInt128(281474976710655))), none) AS instant_value,
register -> bitTest(register, 8) AND bitTest(register, 0) AS is_true,
-- (given, code, day on which it is read) of a text register and of a first code
(source, register) -> (
    substring(register, 7, 1) = '\x01',
    meant(source, substring(register, 8)),
    local_day(text_at(register))) AS code_of,
(source, register) -> (
    substring(register, 1, 6) != repeat('\xff', 6),
    meant(source, substring(register, 7)),
    local_day(text_at(register))) AS first_code_of,
-- a procedure's code without what localities put behind it
code -> if(match(code, '^[0-9]+\\.[0-9]{6}(\\.|$)'), extract(code, '^[0-9]+\\.[0-9]{6}'), code) AS stripped,
-- the week that is worked: weekdays from Monday 1, and spells of minutes of a day
(SELECT tupleElement(max(content), 'entry') FROM calendar_state WHERE subject = 'week') AS week_given,
if(ifNull(week_given, '') = '', '{"weekdays":[1,2,3,4,5],"hours":[[450,690],[810,1020]]}', assumeNotNull(week_given)) AS week_entry,
JSONExtract(week_entry, 'weekdays', 'Array(UInt8)') AS week_days,
arrayMap(spell -> (spell.1 * 60000, spell.2 * 60000), JSONExtract(week_entry, 'hours', 'Array(Tuple(Int64, Int64))'))
    AS spells,
arrayMap(spell -> spell.2 - spell.1, spells) AS spell_lengths,
arraySum(spell_lengths) AS day_length,
-- each unit of four once with the set of its perspectives
four -> arrayMap(unit -> (unit, toUInt8(arraySum(arrayMap((other, bit) -> if(other = unit, bit, 0), four, [1, 2, 4, 8])))),
    arrayDistinct(four)) AS places_of,

-- The registers of each dossier, joined as the state table joins them; merges are never trusted.
folded AS
(
    SELECT
        source,
        id,
        max(unit) AS unit,
        min(unit_first) AS unit_first,
        max(received_by) AS received_by,
        min(received_by_first) AS received_by_first,
        max(channel) AS channel,
        max(procedure) AS procedure,
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
        -- R-22
        code_of(source, unit) AS newest_code,
        first_code_of(source, unit_first) AS first_code,
        code_of(source, received_by) AS newest_receiver,
        first_code_of(source, received_by_first) AS first_receiver,
        if(bitTest(channel, 8), ['counter', 'online', 'post'][bitAnd(channel, 255) + 1], 'counter') AS channel_name,
        if(substring(procedure, 7, 1) = '\x01', stripped(substring(procedure, 8)), '') AS procedure_code,
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
        walked.1 AS due_walked,
        walked.3 AS rescheduled_at
    FROM r11_r13_pauses
),

-- Every day with whether it is worked on, how many working days there are up to and with it, and the last one before it.
working_calendar AS
(
    SELECT
        calendar_day,
        is_worked,
        sum(is_worked) OVER (ORDER BY calendar_day ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS worked_days,
        max(if(is_worked = 1, calendar_day, toInt32(0))) OVER (
            ORDER BY calendar_day ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS worked_before
    FROM
    (
        SELECT
            every_day.calendar_day AS calendar_day,
            toInt64(multiIf(
                differing.told = 'working', true,
                differing.told = 'holiday', false,
                has(week_days, toDayOfWeek(toDate32(every_day.calendar_day))))) AS is_worked
        FROM
        (
            -- 1999-12-01 to 2159-12-31
            SELECT toInt32(10926 + number) AS calendar_day FROM numbers(58470)
        ) AS every_day
        LEFT ANY JOIN
        (
            SELECT
                toInt32(JSONExtractInt(winner.entry, 'day')) AS told_day,
                JSONExtractString(winner.entry, 'is') AS told
            FROM (SELECT subject, max(content) AS winner FROM calendar_state WHERE subject != 'week' GROUP BY subject)
        ) AS differing ON differing.told_day = every_day.calendar_day
    )
),

-- R-12: the versions of each procedure by their first day: (first day, last day, unit of the limit, value).
procedure_versions AS
(
    SELECT
        code AS version_code,
        arraySort(groupArray((
            valid_from,
            ifNull(JSONExtract(winner.profile, 'valid_to', 'Nullable(Int32)'), no_end),
            JSONExtractString(winner.profile, 'limit', 'unit'),
            JSONExtractInt(winner.profile, 'limit', 'value')))) AS versions
    FROM (SELECT code, valid_from, max(content) AS winner FROM procedure_state GROUP BY code, valid_from)
    GROUP BY code
),

-- R-12: without a due date at the end of the walk the limit of the procedure as it was on the day of taking on. It ends on
-- the working day with the number `due_number` from the beginning of the calendar: so many after the day of taking on; of
-- hours, where the working time since that beginning has reached what passed before taking on and the hours together.
r12_limits AS
(
    SELECT
        r12_due.*,
        local_day(taken_on) AS limit_day,
        arrayLast(version -> version.1 <= limit_day, procedure_versions.versions) AS version,
        if(accepted AND due_walked = none AND limit_day <= version.2, version.3, '') AS limit_unit,
        -- whatever its due date is; today's version before it is taken on
        if(accepted, limit_day, today) AS version_day,
        arrayLast(version -> version.1 <= version_day, procedure_versions.versions) AS version_then,
        version_then.3 = 'same_day' AND version_day <= version_then.2 AS is_same_day,
        version.4 AS limit_value,
        (taken_calendar.worked_days - taken_calendar.is_worked) * day_length
            + taken_calendar.is_worked * arraySum(arrayMap(
                spell -> greatest(0, least(taken_on - day_start(limit_day), spell.2) - spell.1), spells))
            + limit_value * 3600000 AS hours_end,
        multiIf(
            limit_unit = 'working_days', taken_calendar.worked_days + limit_value,
            limit_unit = 'same_day', taken_calendar.worked_days - taken_calendar.is_worked + 1,
            limit_unit = 'working_hours', intDiv(hours_end - 1, day_length) + 1,
            toInt64(0)) AS due_number,
        -- of hours: the working time of that day that is needed
        hours_end - (due_number - 1) * day_length AS due_rest
    FROM r12_due
    LEFT ANY JOIN procedure_versions ON procedure_versions.version_code = r12_due.procedure_code
    LEFT ANY JOIN working_calendar AS taken_calendar ON taken_calendar.calendar_day = local_day(r12_due.taken_on)
),

r12_limited AS
(
    SELECT
        r12_limits.*,
        multiIf(
            limit_unit = '', none,
            limit_unit = 'calendar_days', day_start(limit_day + limit_value + 1) - 1,
            limit_unit = 'working_hours', day_start(due_date.calendar_day) + arraySum(arrayMap(
                (spell, length, upto) -> if(upto - length < due_rest AND due_rest <= upto,
                    spell.1 + due_rest - (upto - length), 0),
                spells, spell_lengths, arrayCumSum(spell_lengths))),
            day_start(due_date.calendar_day + 1) - 1) AS limit_end,
        if(limit_unit = '', due_walked, arrayFold((due, pause) -> multiIf(
                due = forever OR pause.1 >= due, due,
                pause.2 = forever, forever,
                due + pause.2 - pause.1),
            merged_pauses, limit_end)) AS due_instant
    FROM r12_limits
    LEFT ANY JOIN (SELECT worked_days, calendar_day FROM working_calendar WHERE is_worked = 1) AS due_date
        ON due_date.worked_days = r12_limits.due_number
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
    FROM r12_limited
),

-- R-22: who never received it elsewhere, or took that back, received it where it is processed.
judged AS
(
    SELECT
        r14_r15_judged.*,
        step_on(newest_units.steps, newest_code.3).3 AS processing_now,
        if(newest_receiver.1, step_on(newest_receivers.steps, newest_receiver.3).3, processing_now) AS receiving_now,
        step_on(first_units.steps, first_code.3).2 AS processing_was,
        if(first_receiver.1, step_on(first_receivers.steps, first_receiver.3).2, processing_was) AS receiving_was,
        [processing_now, receiving_now, processing_was, receiving_was] AS units,
        places_of(units) AS places,
        local_day(taken_on) AS taken_on_day,
        local_day(finish) AS finish_day,
        -- R-17
        overdue_calendar.worked_before AS nearly_late_day,
        -- R-20
        if(is_finished, intDiv(finish - taken_on - arraySum(arrayMap(
            pause -> greatest(0, least(pause.2, finish) - greatest(pause.1, taken_on)), merged_pauses)), 3600000), 0)
            AS hours,
        concat('resolved_hours_', multiIf(
            hours <= 4, 'le_4', hours <= 8, 'le_8', hours <= 24, 'le_24', hours <= 48, 'le_48', hours <= 72, 'le_72',
            hours <= 120, 'le_120', hours <= 240, 'le_240', hours <= 480, 'le_480', hours <= 720, 'le_720', 'gt_720'))
            AS hours_class
    FROM r14_r15_judged
    LEFT ANY JOIN territory_codes AS newest_units ON newest_units.code = newest_code.2
    LEFT ANY JOIN territory_codes AS newest_receivers ON newest_receivers.code = newest_receiver.2
    LEFT ANY JOIN territory_codes AS first_units ON first_units.code = first_code.2
    LEFT ANY JOIN territory_codes AS first_receivers ON first_receivers.code = first_receiver.2
    LEFT ANY JOIN working_calendar AS overdue_calendar
        ON overdue_calendar.calendar_day = local_day(r14_r15_judged.overdue_from)
),

-- R-21: under its unit, in both roles; one without a score doesn't count.
rating_registers AS
(
    SELECT
        source,
        max(unit) AS unit_register,
        min(unit_first) AS first_register,
        max(score) AS score_register,
        max(dossier) AS dossier_register,
        code_of(source, unit_register) AS newest_code,
        first_code_of(source, first_register) AS first_code
    FROM rating_state
    GROUP BY source, id
    HAVING bitTest(score_register, 8)
),

rated AS
(
    SELECT
        source,
        if(substring(dossier_register, 7, 1) = '\x01', substring(dossier_register, 8), '') AS dossier_id,
        local_day(toInt64(bitShiftRight(score_register, 9))) AS score_day,
        toInt64(bitAnd(score_register, 255)) AS score,
        step_on(newest_units.steps, newest_code.3).3 AS unit_now,
        step_on(first_units.steps, first_code.3).2 AS unit_was,
        places_of([unit_now, unit_now, unit_was, unit_was]) AS places
    FROM rating_registers
    LEFT ANY JOIN territory_codes AS newest_units ON newest_units.code = newest_code.2
    LEFT ANY JOIN territory_codes AS first_units ON first_units.code = first_code.2
)
