//! From text to graph: bytes a second, and a policy of a thousand rules.

mod measure;

use measure::Contender;
use placet::compile::compile;
use std::fmt::Write;
use std::hint::black_box;

/// A policy of so many rules over two dozen facts.
fn policy(rules: usize) -> String {
    let mut text = String::from("policy large \"A large policy\"\n  version \"1\"\n\n");
    for i in 0..24 {
        let ty = ["whole number from 0 to 1000", "money in EUR from 0 to 1_000_000", "yes or no", "date"][i % 4];
        writeln!(text, "fact fact_{i}: {ty}\n  label \"Fact number {i}\"\n  held by \"Register {}\"", i % 5).unwrap();
    }
    for i in 0..rules {
        let (number, amount, truth, day) = (i % 6 * 4, i % 6 * 4 + 1, i % 6 * 4 + 2, i % 6 * 4 + 3);
        let (least, most) = (i % 997, 1_000 + i * 7 % 99_991);
        match i % 3 {
            0 => writeln!(
                text,
                "require rule_{i} \"Rule {i}\" cites \"Art. {i}\"\n  fact_{number} is at least {least} or fact_{truth}\n  \
                 otherwise \"Rule {i} is not met.\""
            ),
            1 => writeln!(
                text,
                "exclude rule_{i} \"Rule {i}\" cites \"Art. {i}\"\n  when fact_{amount} is more than {most} EUR and not fact_{truth}"
            ),
            _ => writeln!(
                text,
                "define value_{i} \"Value {i}\" as fact_{amount} - {}% of fact_{amount}\nrequire rule_{i} \"Rule {i}\" cites \"Art. {i}\"\n  \
                 all of {{\n    (a) value_{i} is at most {most} EUR\n    (b) years from fact_{day} to decision date is at least {}\n  }}",
                i % 90,
                i % 60
            ),
        }
        .unwrap();
    }
    text
}

fn main() {
    let thousand = policy(1_000);
    let large = policy(10_000);
    let check = compile(&[("large.placet", &thousand)], &|_| None);
    assert!(check.program.is_some(), "{:#?}", check.diagnostics);
    for text in [&thousand, &large] {
        let mut contenders = [
            Contender {
                name: "text to syntax tree",
                run: Box::new(|| drop(black_box(placet::syntax::parse(placet::source::SourceId(0), text)))),
            },
            Contender {
                name: "text to graph",
                run: Box::new(|| drop(black_box(compile(&[("large.placet", text)], &|_| None)))),
            },
        ];
        let times = measure::rounds(&mut contenders, 1, 9);
        for (contender, (min, median, max)) in contenders.iter().zip(times) {
            let speed = text.len() as f64 * 1e3 / median;
            println!(
                "{:<20} {:>9} bytes: {:>7.1} ms (min {:.1}, max {:.1}), {speed:.1} MB/s",
                contender.name,
                text.len(),
                median / 1e6,
                min / 1e6,
                max / 1e6
            );
        }
    }
}
