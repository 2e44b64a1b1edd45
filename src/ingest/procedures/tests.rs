use super::*;

const NOW: Instant = Instant(1_751_302_800_000);

fn refused(rejections: &[Rejection]) -> Vec<(u64, &str, &str)> {
    rejections.iter().map(|refused| (refused.line, refused.code.as_str(), refused.pointer.as_str())).collect()
}

#[test]
fn a_procedure_is_the_same_in_csv_and_json_and_keeps_its_raw_code() {
    let csv = "code,name_vi,limit,limit_unit,level,fee,valid_from\n\
               1.002835.000.00.00.H56,Cấp giấy phép,5,working_days,full,true,2024-01-01\n";
    let json = r#"[{"code":"1.002835.000.00.00.H56","name_vi":"Cấp giấy phép","limit":5,"limit_unit":"working_days",
        "level":"full","fee":true,"valid_from":"2024-01-01"}]"#;
    let of = |body: &str, form| read_procedures(body.as_bytes(), Some(form), NOW, &Limits::default()).unwrap();
    let (csv, json) = (of(csv, "text/csv"), of(json, "application/json"));
    let fact = &csv.rows[0].fact;
    assert_eq!(*fact, json.rows[0].fact);
    assert_eq!((&*fact.code, &*fact.profile.raw), ("1.002835", "1.002835.000.00.00.H56"));
    assert_eq!(fact.profile.limit, Some(Limit::WorkingDays(5)));
}

#[test]
fn i1_cells_of_procedures_are_checked() {
    let rows = "code,name_vi,limit,limit_unit,level,valid_from,valid_to\n\
                a,A,0,working_days,,,\n\
                b,B,1.5,working_hours,,,\n\
                c,C,1501,calendar_days,,,\n\
                d,D,1,same_day,,,\n\
                e,E,1,,,,\n\
                f,F,,working_days,,,\n\
                g,G,1,weeks,,,\n\
                h,H,,,4,,\n\
                i,I,,,,2024-02-01,2024-01-31\n\
                j,J,,same_day,information,2024-02-01,2024-02-01\n";
    let list = read_procedures(rows.as_bytes(), Some("text/csv"), NOW, &Limits::default()).unwrap();
    assert_eq!((list.received, list.rows.len(), list.rejected), (10, 1, 9), "I-2");
    assert_eq!(
        refused(&list.rejections),
        [
            (2, "out_of_range", "/limit"),
            (3, "out_of_range", "/limit"),
            (4, "out_of_range", "/limit"),
            (5, "contradiction", "/limit"),
            (6, "missing_field", "/limit_unit"),
            (7, "missing_field", "/limit"),
            (8, "bad_value", "/limit_unit"),
            (9, "bad_value", "/level"),
            (10, "contradiction", "/valid_to"),
        ]
    );
}

#[test]
fn a_version_comes_once_also_under_two_codes_that_are_one() {
    let rows = "code,name_vi,valid_from\n1.002835,A,\n1.002835.H56,B,\n1.002835,C,2024-01-01\n";
    let list = read_procedures(rows.as_bytes(), Some("text/csv"), NOW, &Limits::default()).unwrap();
    assert_eq!(refused(&check_procedures(&list.rows)), [(3, "duplicate_row", "/code")]);
}

#[test]
fn i1_cells_of_a_calendar_are_checked() {
    let rows = "kind,date,weekdays,hours\n\
                holiday,,,\n\
                working,1999-12-31,,\n\
                feast,2024-01-01,,\n\
                holiday,2024-01-01,mon,\n\
                week,,mon tue,07:30-11:30 11:00-17:00\n\
                week,,monday,07:30-11:30\n\
                week,,mon,17:00-08:00\n\
                week,2024-01-01,mon,07:30-11:30\n\
                holiday,2024-01-02,,\n\
                week,,sat mon,07:30-11:30 13:30-24:00\n";
    let list = read_calendar(rows.as_bytes(), Some("text/csv"), NOW, &Limits::default()).unwrap();
    assert_eq!((list.received, list.rows.len(), list.rejected), (10, 2, 8), "I-2");
    let week = WorkingWeek { weekdays: vec![1, 6], hours: vec![(450, 690), (810, 1_440)] };
    assert_eq!(list.rows[1].fact.entry, CalendarEntry::Week(week));
    assert_eq!(
        refused(&list.rejections),
        [
            (2, "missing_field", "/date"),
            (3, "out_of_range", "/date"),
            (4, "bad_value", "/kind"),
            (5, "contradiction", "/weekdays"),
            (6, "bad_value", "/hours"),
            (7, "bad_value", "/weekdays"),
            (8, "bad_value", "/hours"),
            (9, "contradiction", "/date"),
        ]
    );
}
