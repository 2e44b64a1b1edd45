use super::*;

fn copied() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in Catalogue::files() {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

#[test]
fn a_copy_of_the_programs_own_is_the_same_catalogue_and_every_change_makes_another() {
    let folder = copied();
    let own = Catalogue::embedded().unwrap();
    let catalogues = Catalogues::open(Some(folder.path().to_owned())).unwrap();
    assert_eq!(catalogues.now().version(), own.version());
    assert!(!catalogues.reload().unwrap().is_changed);
    fs::write(folder.path().join("targets.toml"), "[[target]]\nkpi = \"online_rate\"\nvalue = 0.5\n").unwrap();
    assert!(catalogues.reload().unwrap().is_changed);
    assert_ne!(catalogues.now().version(), own.version());
    // Without its own schemes and forms the program's hold; other ones are another catalogue.
    let before = catalogues.now().version().to_owned();
    fs::remove_file(folder.path().join("periods.toml")).unwrap();
    assert!(!catalogues.reload().unwrap().is_changed);
    let form = fs::read_to_string(folder.path().join("forms/ii06a.toml")).unwrap();
    fs::write(folder.path().join("forms/ii06a.toml"), form + "\n# changed\n").unwrap();
    let periods = Path::new(env!("CARGO_MANIFEST_DIR")).join("dashboards/periods.toml");
    fs::copy(periods, folder.path().join("periods.toml")).unwrap();
    assert!(catalogues.reload().unwrap().is_changed);
    assert_ne!(catalogues.now().version(), before);
}

#[test]
fn a_faulty_one_is_refused_with_every_fault_and_the_old_one_stays() {
    let folder = copied();
    let catalogues = Catalogues::open(Some(folder.path().to_owned())).unwrap();
    let before = catalogues.now().version().to_owned();
    fs::remove_file(folder.path().join("targets.toml")).unwrap();
    fs::write(folder.path().join("boards/b.toml"), [0xff]).unwrap();
    let faults: Vec<String> = catalogues.reload().unwrap_err().0.iter().map(Fault::to_string).collect();
    assert_eq!(
        faults,
        [
            "targets.toml:1: (file): can't be read: there is no such file",
            "boards/b.toml:1: (file): can't be read: it is no text in UTF-8"
        ]
    );
    assert_eq!(catalogues.now().version(), before);
}

#[test]
fn indicators_and_indices_of_a_folder_are_read_checked_and_reloaded() {
    let folder = copied();
    let catalogues = Catalogues::open(Some(folder.path().to_owned())).unwrap();
    let path = folder.path().join("indicators.toml");
    let text = fs::read_to_string(&path).unwrap();
    let code = |catalogues: &Catalogues| catalogues.now().indicators().get("centre.queue").is_some();
    assert!(!code(&catalogues));
    let more = "\n[[indicator]]\ncode = \"centre.queue\"\nlabel = { vi = \"a\", en = \"a\" }\ndefinition = { vi = \"a\", en = \"a\" }\nsystem = \"centre\"\nkind = \"count\"\nroll_up = \"sum\"\ncadence = \"month\"\ndeadline_days = 5\nmeasured_in = { vi = \"a\", en = \"a\" }\nreported_by = [\"commune\"]\n";
    fs::write(&path, format!("{text}{more}")).unwrap();
    assert!(catalogues.reload().unwrap().is_changed && code(&catalogues));
    // A fault names file, line and key, and the old one stays.
    fs::write(&path, format!("{text}{}", more.replace("\"sum\"", "\"weighted\""))).unwrap();
    let faults: Vec<String> = catalogues.reload().unwrap_err().0.iter().map(Fault::to_string).collect();
    let line = text.lines().count() + 8;
    assert!(faults[0].starts_with(&format!("indicators.toml:{line}: indicator.roll_up: ")), "{faults:?}");
    assert!(code(&catalogues));
    fs::write(&path, text).unwrap();
    let index = folder.path().join("indices/qd766.toml");
    let text = fs::read_to_string(&index).unwrap();
    fs::write(folder.path().join("indices/own.toml"), &text).unwrap();
    assert!(catalogues.reload().unwrap().catalogue.index("own").is_some());
    fs::write(folder.path().join("indices/own.toml"), text.replacen("qd766.publish_on_time", "nothing.known", 1))
        .unwrap();
    let faults = catalogues.reload().unwrap_err().0;
    assert!(faults[0].to_string().starts_with("indices/own.toml:"), "{faults:?}");
    // Without files of its own the program's hold.
    fs::remove_dir_all(folder.path().join("indices")).unwrap();
    fs::remove_file(&path).unwrap();
    let catalogue = catalogues.reload().unwrap().catalogue;
    assert!(catalogue.index("own").is_none() && catalogue.index("qd766").is_some());
    assert_eq!(catalogue.version(), Catalogue::embedded().unwrap().version());
}
