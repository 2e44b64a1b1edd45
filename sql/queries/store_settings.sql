-- What settings a request of ours runs with. Parameter: names.
SELECT name, value
FROM system.settings
WHERE name IN {names:Array(String)}
