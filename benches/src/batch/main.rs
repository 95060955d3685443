//! Many cases at once: Placet, and the same rules written by hand, over columns in memory. `benches/batch/run.sh` runs it beside
//! other engines.
//!
//! ```text
//! batch placet a|a_on_a_day|b FOLDER THREADS CALLS    the policies, telling more or less
//! batch hand a|a_on_a_day|b FOLDER THREADS CALLS      the same by hand
//! batch touch a FOLDER THREADS CALLS                  reading the columns and nothing else
//! batch bundle a FOLDER THREADS CALLS                 a hundred policies over one pass, and over a hundred passes
//! batch rows a FOLDER THREADS CALLS                   the cost as the rows grow
//! ```
//!
//! Every call's every row is compared with what `generate.py` expects. One line of JSON comes of each variant.

mod data;
mod hand;
mod ours;
mod sound;

use data::Data;
use std::time::Instant;

/// What is measured, and on how many threads and calls.
pub struct Run {
    pub data: Data,
    pub threads: usize,
    pub calls: usize,
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [what, name, folder, threads, calls] = &arguments[..] else {
        eprintln!("batch placet|hand|touch|bundle|rows a|a_on_a_day|b FOLDER THREADS CALLS");
        std::process::exit(2);
    };
    let number = |text: &str| text.parse().expect("a number");
    let run = Run { data: Data::read(folder, name), threads: number(threads), calls: number(calls) };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(run.threads).build().expect("threads");
    pool.install(|| match &**what {
        "placet" => ours::policies(&run),
        "bundle" => ours::bundle(&run),
        "rows" => ours::rows(&run),
        "hand" => hand::run(&run),
        "touch" => hand::touch(&run),
        _ => panic!("`{what}` is nothing to measure"),
    });
}

impl Run {
    /// Calls something several times, checks what comes of every call (outside of the time), and tells the times.
    pub fn measure<T>(
        &self,
        engine: &str,
        rows: usize,
        mut call: impl FnMut() -> T,
        mut check: impl FnMut(T) -> Checked,
    ) {
        let mut times = Vec::new();
        let mut checked = check(call());
        for _ in 0..self.calls {
            let start = Instant::now();
            let result = call();
            times.push(start.elapsed().as_secs_f64() * 1e9 / rows as f64);
            checked = checked.worst(check(result));
        }
        let told: Vec<String> = times.iter().map(|t| format!("{t:.3}")).collect();
        println!(
            "{{\"engine\":\"{engine}\",\"data\":\"{}\",\"threads\":{},\"rows\":{rows},\"ns\":[{}],\"mismatches\":{},\
             \"decided_more\":{},\"unsound\":{},\"peak_mb\":{}}}",
            self.data.name,
            self.threads,
            told.join(","),
            checked.mismatches,
            checked.decided_more,
            checked.unsound,
            peak_mb()
        );
    }
}

/// What comparing the rows has found.
#[derive(Clone, Copy, Default)]
pub struct Checked {
    pub mismatches: usize,
    /// Rows that are incomplete in three-valued logic, and decided all the same.
    pub decided_more: usize,
    /// Of these, rows that some completion decides otherwise.
    pub unsound: usize,
}

impl Checked {
    fn worst(self, other: Checked) -> Checked {
        Checked {
            mismatches: self.mismatches.max(other.mismatches),
            decided_more: self.decided_more.max(other.decided_more),
            unsound: self.unsound.max(other.unsound),
        }
    }
}

/// The most memory that the process has held.
fn peak_mb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:")).unwrap_or("0 kB");
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap_or(0) / 1024
}
