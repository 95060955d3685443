//! SVG, with a layout of our own: no other program is needed to see a policy.

use super::layout::{BOX, layout};
use super::{Drawn, Item, Program, drawing};

const MARGIN: i64 = 24;
const HEADER: i64 = 44;
const INSIDE: i64 = 12;
/// How many lines of conditions a box shows; the rest is in its tooltip.
const MOST_LINES: usize = 7;

const STYLE: &str = "
  text { font: 13px system-ui, 'Noto Sans', 'Noto Sans CJK SC', sans-serif; fill: #1d222b }
  .sheet { fill: #ffffff }
  .name { font-size: 18px; font-weight: 600 }
  .caption { font-size: 10.5px; letter-spacing: .06em; fill: #5b6472 }
  .title { font-weight: 600 }
  .more { font-size: 11.5px; fill: #3d4552 }
  .cites { font-size: 11px; font-style: italic; fill: #5b6472 }
  .line { fill: none; stroke: #9aa3b0; stroke-width: 1.3 }
  .head { fill: #9aa3b0 }
  .box { fill: #ffffff; stroke: #8b94a1; stroke-width: 1.2 }
  .fact .box { fill: #eef2f7; stroke: #7d8ca3 }
  .parameter .box { stroke-dasharray: 5 3 }
  .applies .box { fill: #f0f0f0 }
  .require .box { fill: #e6f2e9; stroke: #3c7a4c }
  .exclude .box { fill: #f9e7e4; stroke: #a5483c }
  .refer .box { fill: #fbf2dc; stroke: #9a7420 }
  .award .box, .report .box { fill: #e8ecfb; stroke: #4a5fb0 }
  .outcome .box { fill: #2d3542; stroke: #2d3542 }
  .outcome text { fill: #ffffff }
  @media (prefers-color-scheme: dark) {
    text { fill: #e4e8ee }
    .sheet { fill: #14181f }
    .caption, .cites { fill: #9aa5b4 }
    .more { fill: #c3cad4 }
    .line { stroke: #59636f }
    .head { fill: #59636f }
    .box { fill: #1d232c; stroke: #6b7583 }
    .fact .box { fill: #1e2733; stroke: #5d7290 }
    .applies .box { fill: #2a2d33 }
    .require .box { fill: #1a2e20; stroke: #5fa371 }
    .exclude .box { fill: #351f1c; stroke: #cf7467 }
    .refer .box { fill: #332a14; stroke: #c49a3d }
    .award .box, .report .box { fill: #1f2747; stroke: #7f92e0 }
    .outcome .box { fill: #dfe4ec; stroke: #dfe4ec }
    .outcome text { fill: #14181f }
  }
";

/// How the boxes of one case are marked.
const MARKS: &str = "
  .off { opacity: .38 }
  .line.on { stroke: #2f5fd0; stroke-width: 2.4 }
  .head.on { fill: #2f5fd0 }
  .on .box { stroke-width: 2.4 }
  .known .box { stroke: #2f5fd0 }
  .missing .box { stroke-dasharray: 2 3 }
  .fine .box { fill: #d8efdd; stroke: #2e7d43 }
  .against .box { fill: #f7d4cf; stroke: #b3261e }
  .person .box { fill: #fbe6b5; stroke: #8a6200 }
  .outcome.on .box { fill: #2f5fd0; stroke: #2f5fd0 }
  @media (prefers-color-scheme: dark) {
    .line.on { stroke: #86a7ff }
    .head.on { fill: #86a7ff }
    .known .box { stroke: #86a7ff }
    .fine .box { fill: #173a22; stroke: #6cc285 }
    .against .box { fill: #4a1f1b; stroke: #f08a80 }
    .person .box { fill: #43350f; stroke: #e0b04a }
    .outcome.on .box { fill: #86a7ff; stroke: #86a7ff }
    .outcome.on text { fill: #101521 }
  }
";

/// A policy as SVG, for light and dark surroundings; empty if there is no such policy.
pub fn svg(program: &Program, policy: usize, language: &str) -> String {
    svg_marked(program, policy, language, &|_| None)
}

/// The same with its boxes marked for one case, by classes of the style sheet: `on` or `off`, and `known`, `missing`, `fine`,
/// `against`, `person`. A line is `on` where both its boxes are.
pub fn svg_marked(
    program: &Program,
    policy: usize,
    language: &str,
    mark: &dyn Fn(Drawn<'_>) -> Option<&'static str>,
) -> String {
    let Some(drawing) = drawing(program, policy, language) else { return String::new() };
    let boxes: Vec<Vec<Line>> = drawing.items.iter().map(lines).collect();
    let heights: Vec<i64> = boxes.iter().map(|b| b.iter().map(|l| l.height()).sum::<i64>() + 2 * INSIDE - 4).collect();
    let places = layout(&drawing, &heights);
    let width = places.width + 2 * MARGIN;
    let height = places.height + 2 * MARGIN + HEADER;
    let title = escaped(&drawing.title);
    let marks: Vec<Option<&str>> = drawing.items.iter().map(|item| mark(item.drawn())).collect();
    let more = if marks.iter().any(Option::is_some) { MARKS } else { "" };
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" \
         role=\"img\" aria-label=\"{title}\">\n<title>{title}</title>\n<style>{STYLE}{more}</style>\n\
         <rect class=\"sheet\" width=\"{width}\" height=\"{height}\"/>\n\
         <text class=\"name\" x=\"{MARGIN}\" y=\"{}\">{title}</text>\n",
        MARGIN + 18
    );
    let is_on = |place: usize| marks[place].is_some_and(|m| m.split(' ').any(|class| class == "on"));
    for (points, (from, to)) in places.lines.iter().zip(&drawing.edges) {
        let mark = match (is_on(*from) && is_on(*to), more.is_empty()) {
            (_, true) => "",
            (true, _) => " on",
            (false, _) => " off",
        };
        out.push_str(&line(points, mark));
    }
    for (i, (item, lines)) in drawing.items.iter().zip(&boxes).enumerate() {
        let ((x, y), height) = (places.boxes[i], heights[i]);
        let (x, y) = (x + MARGIN, y + MARGIN + HEADER);
        let mark = marks[i].map(|m| format!(" {m}")).unwrap_or_default();
        let tooltip = escaped(&tooltip(item));
        out.push_str(&format!("<g class=\"{}{mark}\">\n<title>{tooltip}</title>\n", item.class.word()));
        let round = if item.class == super::Class::Outcome { height / 2 } else { 6 };
        out.push_str(&format!(
            "<rect class=\"box\" x=\"{x}\" y=\"{y}\" width=\"{BOX}\" height=\"{height}\" rx=\"{round}\"/>\n"
        ));
        let mut base = y + INSIDE - 3;
        for line in lines {
            base += line.height();
            let (class, text) = (line.class, escaped(&line.text));
            out.push_str(&format!("<text class=\"{class}\" x=\"{}\" y=\"{}\">{text}</text>\n", x + INSIDE, base - 3));
        }
        out.push_str("</g>\n");
    }
    out.push_str("</svg>\n");
    out
}

/// A line of text in a box.
struct Line {
    class: &'static str,
    text: String,
}

impl Line {
    fn height(&self) -> i64 {
        match self.class {
            "title" => 17,
            "caption" => 14,
            _ => 15,
        }
    }
}

fn lines(item: &Item) -> Vec<Line> {
    let mut out = Vec::new();
    let inside = BOX - 2 * INSIDE;
    let mut add = |class, text: &str, size: i64, most: usize| {
        let wrapped = wrap(text, inside * 10 / size);
        let cut = wrapped.len() > most;
        let shown = wrapped.into_iter().take(most).collect::<Vec<_>>();
        let last = shown.len().saturating_sub(1);
        for (i, text) in shown.into_iter().enumerate() {
            out.push(Line { class, text: if cut && i == last { format!("{text} …") } else { text } });
        }
    };
    if !item.caption.is_empty() {
        add("caption", &item.caption.to_uppercase(), 8, 1);
    }
    add("title", &item.title, 8, 3);
    let mut left = MOST_LINES;
    for line in &item.lines {
        if left == 0 {
            break;
        }
        add("more", line, 7, left.min(4));
        left = left.saturating_sub(wrap(line, inside * 10 / 7).len().min(4));
    }
    if let Some(cites) = &item.cites {
        add("cites", cites, 6, 2);
    }
    out
}

/// Lines no wider than so many tenths of a letter's width; wide scripts count double and break anywhere.
fn wrap(text: &str, width: i64) -> Vec<String> {
    let wide = |c: char| matches!(c as u32, 0x1100..=0x115F | 0x2E80..=0xA4CF | 0xAC00..=0xD7A3 | 0xF900..=0xFAFF | 0xFE30..=0xFE6F | 0xFF00..=0xFF60 | 0x20000..=0x3FFFD);
    let of = |c: char| if wide(c) { 18 } else { 10 };
    let mut out = vec![String::new()];
    let mut used = 0;
    let mut word = String::new();
    let mut word_width = 0;
    let flush = |word: &mut String, word_width: &mut i64, used: &mut i64, out: &mut Vec<String>| {
        if *used + *word_width > width && *used > 0 {
            out.push(String::new());
            *used = 0;
        }
        if let Some(line) = out.last_mut() {
            line.push_str(if *used == 0 { word.trim_start() } else { word });
        }
        *used += *word_width;
        word.clear();
        *word_width = 0;
    };
    for c in text.chars() {
        if c == ' ' || wide(c) || word_width >= width - 10 {
            flush(&mut word, &mut word_width, &mut used, &mut out);
        }
        word.push(c);
        word_width += of(c);
    }
    flush(&mut word, &mut word_width, &mut used, &mut out);
    out.retain(|l| !l.is_empty());
    out
}

fn tooltip(item: &Item) -> String {
    let all = std::iter::once(&item.title).chain(&item.lines).chain(&item.cites);
    all.map(String::as_str).collect::<Vec<_>>().join("\n")
}

/// A line through its points: curves between layers, straight past boxes; with a head at its end.
fn line(points: &[(i64, i64)], mark: &str) -> String {
    let shifted: Vec<(i64, i64)> = points.iter().map(|(x, y)| (x + MARGIN, y + MARGIN + HEADER)).collect();
    let (Some((x, y)), Some((end_x, end_y))) = (shifted.first(), shifted.last()) else { return String::new() };
    let mut path = format!("M{x} {y}");
    for (i, pair) in shifted.windows(2).enumerate() {
        let ((x, y), (to_x, to_y)) = (pair[0], pair[1]);
        let half = (to_x - x) / 2;
        if i % 2 == 0 {
            path.push_str(&format!(" C{} {y} {} {to_y} {to_x} {to_y}", x + half, to_x - half));
        } else {
            path.push_str(&format!(" L{to_x} {to_y}"));
        }
    }
    format!(
        "<path class=\"line{mark}\" d=\"{path}\"/>\n<path class=\"head{mark}\" d=\"M{end_x} {end_y} l-8 -4 v8 z\"/>\n"
    )
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            // XML knows no other control signs.
            c if c.is_control() && c != '\n' => out.push(' '),
            c => out.push(c),
        }
    }
    out
}
