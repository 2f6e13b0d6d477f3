use proptest::prelude::*;

use super::*;

/// Gives so many bytes at a time.
struct Drip<'a>(&'a [u8], usize);

impl Read for Drip<'_> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let number = self.1.min(self.0.len()).min(to.len());
        let (now, later) = self.0.split_at(number);
        to[..number].copy_from_slice(now);
        self.0 = later;
        Ok(number)
    }
}

type Read1 = (Vec<Result<(u64, u64, Vec<String>), String>>, u64, bool);

fn by_blocks(text: &[u8], size: usize, limits: &Limits) -> Read1 {
    let mut rows = rows(Drip(text, size), limits);
    let mut all = Vec::new();
    while let Some(row) = rows.next_row() {
        all.push(match row {
            Ok(row) => Ok((row.offset(), row.end(), row.fields().map(str::to_owned).collect())),
            Err(error) => Err(error.to_string()),
        });
        assert!(all.len() < 10_000);
    }
    assert!(rows.next_row().is_none());
    (all, rows.position(), rows.has_open_end())
}

fn read(text: &[u8]) -> Read1 {
    let whole = by_blocks(text, usize::MAX, &Limits::default());
    for size in [1, 2, 3, 7] {
        assert_eq!(whole, by_blocks(text, size, &Limits::default()), "blocks of {size} must not matter");
    }
    whole
}

fn fields(text: &str) -> Vec<Vec<String>> {
    read(text.as_bytes()).0.into_iter().map(|row| row.unwrap().2).collect()
}

#[test]
fn rows_fields_quotes_and_line_ends() {
    assert_eq!(
        fields("a,b\r\n1,\"x \"\"y\"\", z\"\r\n,\n\"\",\"l1\r\nl2\nl3\rl4\"\r\n\r\n\n2,\"\"\n"),
        [["a", "b"], ["1", "x \"y\", z"], ["", ""], ["", "l1\nl2\nl3\nl4"], ["2", ""]]
    );
    assert_eq!(fields("a\"b,c \"d\"\n"), [["a\"b", "c \"d\""]], "a quote inside of a field is one");
    assert_eq!(fields("\"\"\r\n"), [[""]], "quotes make a row of an empty field");
    assert!(fields("").is_empty() && fields("\r\n\n").is_empty());
    assert_eq!(fields("a,\u{e4}\u{1f600}\n"), [["a", "\u{e4}\u{1f600}"]]);
}

#[test]
fn places_are_those_of_the_text() {
    let (rows, position, open) = read(b"a,b\r\n\r\n1,\"x\r\ny\"\r\n2,3");
    let places: Vec<(u64, u64)> = rows.iter().map(|row| row.as_ref().unwrap()).map(|row| (row.0, row.1)).collect();
    assert_eq!((places, position, open), (vec![(0, 5), (7, 17), (17, 20)], 20, true));
    assert!(!read(b"a,b\r\n").2);
}

#[test]
fn what_is_wrong_is_told_with_its_place() {
    let told = |text: &str| -> Vec<String> {
        let rows = read(text.as_bytes()).0.into_iter();
        rows.map(|row| row.map_or_else(|error| error, |row| row.2.join("|"))).collect()
    };
    let stray = "the row at byte 2 has something behind the quote that closes a field, at byte 5; what comes up to the next line end is not read";
    assert_eq!(told("a\n\"b\"c,\"d\n1\n"), ["a", stray, "1"]);
    assert_eq!(told("a\n\"b\"\r,\n1\n"), ["a", &stray.replace("byte 5", "byte 6"), "1"]);
    assert_eq!(told("a\n\"b\"c"), ["a", stray], "without a line end, too");
    let unclosed = "it is cut off: the quote at byte 4 is not closed, in the row at byte 2";
    assert_eq!(told("a\n1,\"b\r\nc"), ["a", unclosed]);
    assert_eq!(told("a\n1,\"b\r"), ["a", unclosed]);
    let wide = format!("x\n{}\n1\n", ",".repeat(1_000));
    assert_eq!(told(&wide), ["x", "the row at byte 2 has more than 1,000 fields", "1"]);
    assert_eq!(fields(&",".repeat(999))[0].len(), 1_000);
}

#[test]
fn a_row_is_bounded() {
    let limits = Limits { object_bytes: 1_000, ..Limits::default() };
    let text = format!("a\n\"{}", "x".repeat(100_000));
    let (rows, position, _) = by_blocks(text.as_bytes(), 100, &limits);
    assert_eq!(rows.last().unwrap().as_ref().unwrap_err(), "the row at byte 2 has more than 1,000 bytes");
    assert!(position < 2_000);
}

#[test]
fn forbidden_characters_and_bytes_that_are_no_text_are_replaced_and_told() {
    for size in [1, 5, 100] {
        let mut rows = rows(Drip(b"a\x00,\"b\xff\"\r\nc\xef\xbf\xbf,d\n", size), &Limits::default());
        let mut all = Vec::new();
        while let Some(row) = rows.next_row() {
            all.push(row.unwrap().fields().map(str::to_owned).collect::<Vec<_>>());
        }
        assert_eq!(all, [["a\u{fffd}", "b\u{fffd}"], ["c\u{fffd}", "d"]]);
        assert_eq!(rows.illegal().places, [(1, 0), (5, 0xff), (10, 0xffff)]);
    }
}

proptest! {
    /// What another reader's writer wrote is read as it was given, line ends aside.
    #[test]
    fn what_the_crate_csv_writes_is_read_back(
        table in (1_usize..5).prop_flat_map(|width| proptest::collection::vec(proptest::collection::vec("[a\",\r\n \u{e4}]{0,6}", width), 1..8)),
        crlf in any::<bool>(),
        size in 1_usize..20,
    ) {
        let terminator = if crlf { csv::Terminator::CRLF } else { csv::Terminator::Any(b'\n') };
        let mut writer = csv::WriterBuilder::new().terminator(terminator).from_writer(Vec::new());
        for row in &table {
            writer.write_record(row).unwrap();
        }
        let text = writer.into_inner().unwrap();
        let (rows, position, open) = by_blocks(&text, size, &Limits::default());
        let rows: Vec<Vec<String>> = rows.into_iter().map(|row| row.unwrap().2).collect();
        let unix = |field: &String| field.replace("\r\n", "\n").replace('\r', "\n");
        let table: Vec<Vec<String>> = table.iter().map(|row| row.iter().map(unix).collect()).collect();
        prop_assert_eq!(rows, table);
        prop_assert_eq!((position, open), (text.len() as u64, false));
    }

    /// Whatever the bytes: no panic, no endless loop, and the sizes of blocks don't matter.
    #[test]
    fn anything_can_be_read(text in proptest::collection::vec(prop_oneof![Just(b'"'), Just(b','), Just(b'\n'), Just(b'\r'), any::<u8>()], 0..60)) {
        let (rows, position, _) = read(&text);
        prop_assert!(position <= text.len() as u64);
        let fatal = rows.last().is_some_and(|row| row.as_ref().is_err_and(|error| error.contains("cut off")));
        prop_assert!(fatal || position == text.len() as u64);
    }

    /// Without quotes at odd places the two readers agree on any text.
    #[test]
    fn the_crate_csv_reads_the_same(text in "([a,\n]|\r\n|\"[a,\n]*\"(,|\r\n))*") {
        let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
        let theirs: Result<Vec<Vec<String>>, _> = reader.records().map(|row| row.map(|row| row.iter().map(|field| field.replace("\r\n", "\n")).collect())).collect();
        let ours: Result<Vec<Vec<String>>, String> = by_blocks(text.as_bytes(), 3, &Limits::default()).0.into_iter().map(|row| row.map(|row| row.2)).collect();
        if let Ok(ours) = ours {
            prop_assert_eq!(ours, theirs.unwrap());
        }
    }
}
