use super::*;

fn copied() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("dashboards");
    for name in ["kpis.toml", "targets.toml", "periods.toml"] {
        fs::copy(from.join(name), folder.path().join(name)).unwrap();
    }
    for part in ["boards", "forms"] {
        fs::create_dir(folder.path().join(part)).unwrap();
        for file in fs::read_dir(from.join(part)).unwrap() {
            let file = file.unwrap();
            fs::copy(file.path(), folder.path().join(part).join(file.file_name())).unwrap();
        }
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
