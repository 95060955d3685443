//! Charts, drawn as SVG that stands in the page.

use super::escaped;
use super::numbers::{Measure, share, step};
use super::words::{Words, fill};
use crate::progress::grouped;
use crate::summary::Numbers;
use std::fmt::Write;

/// The most bars of a histogram.
const BARS: i128 = 24;
const WIDTH: f64 = 680.0;
const HEIGHT: f64 = 210.0;
/// Room for the axes: left, right, above, below.
const ROOM: (f64, f64, f64, f64) = (64.0, 16.0, 12.0, 44.0);

/// One bar cut into parts: a class, a name, and a number each.
pub fn parts(parts: &[(&str, &str, u64)], label: &str) -> String {
    let all: u64 = parts.iter().map(|(_, _, n)| n).sum();
    let mut out = format!(
        "<svg class=\"parts\" viewBox=\"0 0 1000 40\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"{}\">",
        escaped(label)
    );
    let mut at = 0.0;
    for (class, name, number) in parts.iter().filter(|(_, _, n)| *n > 0) {
        let wide = *number as f64 * 1000.0 / all as f64;
        let title = format!("{name}: {} ({})", grouped(number), share(*number, all));
        // Writing to a text does not fail.
        let _ = write!(
            out,
            "<rect class=\"{class}\" x=\"{at:.2}\" y=\"0\" width=\"{wide:.2}\" height=\"40\"><title>{}</title></rect>",
            escaped(&title)
        );
        at += wide;
    }
    out + "</svg>"
}

/// A bar of a share in a row of a table.
pub fn bar(class: &str, part: u64, most: u64) -> String {
    let wide = part as f64 * 100.0 / most.max(1) as f64;
    format!(
        "<svg class=\"bar\" viewBox=\"0 0 100 10\" preserveAspectRatio=\"none\" aria-hidden=\"true\"><rect class=\"{class}\" \
         width=\"{wide:.2}\" height=\"10\"/></svg>"
    )
}

/// How numbers lie: bars over stretches of a round length.
pub fn histogram(numbers: &Numbers, measure: &Measure, words: &Words, label: &str) -> String {
    let wide = step(numbers.most - numbers.least, BARS, numbers.width());
    let first = numbers.least.div_euclid(wide);
    let bars = usize::try_from(numbers.most.div_euclid(wide) - first + 1).unwrap_or(1);
    let mut counts = vec![0u64; bars];
    for (from, times) in numbers.stretches() {
        let place = usize::try_from(from.div_euclid(wide) - first).unwrap_or(0);
        counts[place.min(bars - 1)] += times;
    }
    let most = counts.iter().copied().max().unwrap_or(1).max(1);
    let (left, right, above, below) = ROOM;
    let (inner, tall) = (WIDTH - left - right, HEIGHT - above - below);
    let line = step(most.into(), 4, 1);
    let lines = (i128::from(most) + line - 1) / line;
    let top = (lines * line) as f64;
    let mut out = format!(
        "<svg class=\"histogram\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-label=\"{}\">",
        escaped(label)
    );
    for at in 0..=lines {
        let y = above + tall - (at * line) as f64 / top * tall;
        let _ = write!(
            out,
            "<line class=\"grid\" x1=\"{left}\" x2=\"{:.1}\" y1=\"{y:.1}\" y2=\"{y:.1}\"/><text class=\"tick\" x=\"{:.1}\" \
             y=\"{:.1}\" text-anchor=\"end\">{}</text>",
            WIDTH - right,
            left - 8.0,
            y + 4.0,
            grouped(at * line)
        );
    }
    let each = inner / bars as f64;
    let edge = |place: usize| measure.short((first + place as i128) * wide);
    for (place, times) in counts.iter().enumerate().filter(|(_, n)| **n > 0) {
        // Whatever was met can be seen.
        let high = (*times as f64 / top * tall).max(1.0);
        let title = format!("{} – {}: {}", edge(place), edge(place + 1), grouped(times));
        let _ = write!(
            out,
            "<rect class=\"award\" x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{high:.1}\"><title>{}</title></rect>",
            left + place as f64 * each + 1.0,
            above + tall - high,
            (each - 2.0).max(1.0),
            escaped(&title)
        );
    }
    let longest = [edge(0), edge(bars)].iter().map(|t| t.chars().count()).max().unwrap_or(1);
    let room = longest as f64 * 7.5 + 14.0;
    let every = (room / each).ceil().max(1.0) as usize;
    for place in (0..=bars).step_by(every) {
        let _ = write!(
            out,
            "<text class=\"tick\" x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>",
            left + place as f64 * each,
            above + tall + 18.0,
            escaped(&edge(place))
        );
    }
    let unit = measure.unit();
    let _ = write!(
        out,
        "<text class=\"tick\" x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{}</text></svg>",
        WIDTH - right,
        HEIGHT - 6.0,
        escaped(&unit)
    );
    if !measure.is_date() {
        let _ = write!(out, "<p class=\"note\">{}</p>", escaped(&fill(words.step, &[&measure.told(wide)])));
    }
    out
}
