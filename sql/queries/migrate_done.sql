-- The migrations done so far (S-4).
SELECT number, name, sha256
FROM migrations FINAL
ORDER BY number
