//! Records, ids, times, dossier registers, their join and what is derived from them.
