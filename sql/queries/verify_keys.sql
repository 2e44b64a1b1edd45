-- About how many keys there are to refold.
SELECT (SELECT count() FROM dossier_state) + (SELECT count() FROM rating_state) + (SELECT count() FROM indicator_state)
