-- Every record of one dossier in order of `at`, each once: which of them set which register. Must answer at once: reads
-- one range of the primary key. Parameters: source, id.
SELECT *
FROM records
WHERE type = 'dossier' AND source = {source:String} AND key = {id:String}
ORDER BY at, node, seq
LIMIT 1 BY node, seq
