-- How many reports of the catalogue's indicators the state has: without any there is nothing to compare. Parameter: codes.
SELECT count()
FROM indicator_state
WHERE has({codes:Array(String)}, code)
