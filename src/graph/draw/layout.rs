//! Where boxes stand: in layers from left to right, after Sugiyama. All in whole pixels.
//!
//! Lines that pass a layer get a place in it, one for all lines from the same box, so that they run between boxes.

use super::{Class, Drawing};

/// Width of a box.
pub(super) const BOX: i64 = 230;
const BETWEEN_LAYERS: i64 = 90;
const BETWEEN_BOXES: i64 = 16;
const BETWEEN_LINES: i64 = 10;
const SWEEPS: usize = 12;

/// What stands in a layer: a box, or the place where lines of a box pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Held {
    Box(usize),
    Pass,
}

#[derive(Clone, Debug)]
struct Slot {
    held: Held,
    height: i64,
    y: i64,
    before: Vec<usize>,
    after: Vec<usize>,
}

/// Places of boxes and lines.
pub(super) struct Layout {
    /// Left and upper corner of each box.
    pub boxes: Vec<(i64, i64)>,
    /// Points of each line, alternately where it leaves a layer and where it reaches the next.
    pub lines: Vec<Vec<(i64, i64)>>,
    pub width: i64,
    pub height: i64,
}

/// Lays out a drawing whose boxes have these heights.
pub(super) fn layout(drawing: &Drawing, heights: &[i64]) -> Layout {
    let layer_of = layers(drawing);
    let last = layer_of.iter().copied().max().unwrap_or(0);
    let mut slots: Vec<Slot> = heights
        .iter()
        .enumerate()
        .map(|(i, h)| Slot { held: Held::Box(i), height: *h, y: 0, before: Vec::new(), after: Vec::new() })
        .collect();
    let mut layers: Vec<Vec<usize>> = vec![Vec::new(); last + 1];
    for (slot, layer) in layer_of.iter().enumerate() {
        layers[*layer].push(slot);
    }
    let routes = connect(drawing, &layer_of, &mut slots, &mut layers);
    for sweep in 0..SWEEPS {
        order(&mut layers, &slots, sweep % 2 == 0);
    }
    stack(&layers, &mut slots);
    for sweep in 0..SWEEPS {
        align(&layers, &mut slots, sweep % 2 == 0);
    }
    let top = slots.iter().map(|s| s.y).min().unwrap_or(0);
    slots.iter_mut().for_each(|s| s.y -= top);
    let x = |layer: usize| layer as i64 * (BOX + BETWEEN_LAYERS);
    let mut boxes = vec![(0, 0); heights.len()];
    for (layer, held) in layers.iter().enumerate() {
        for slot in held {
            if let Held::Box(i) = slots[*slot].held {
                boxes[i] = (x(layer), slots[*slot].y);
            }
        }
    }
    let middle = |slot: usize| slots[slot].y + slots[slot].height / 2;
    let line = |(first, route): (usize, Vec<usize>)| {
        let mut points = vec![(x(first) + BOX, middle(route[0]))];
        for (i, slot) in route.iter().enumerate().skip(1) {
            points.push((x(first + i), middle(*slot)));
            if i + 1 < route.len() {
                points.push((x(first + i) + BOX, middle(*slot)));
            }
        }
        points
    };
    let lines = routes.into_iter().map(line).collect();
    let height = slots.iter().map(|s| s.y + s.height).max().unwrap_or(0);
    Layout { boxes, lines, width: x(last) + BOX, height }
}

/// Facts first, definitions after what they rest on, then all rules, then outcomes.
fn layers(drawing: &Drawing) -> Vec<usize> {
    let mut layer: Vec<usize> = drawing.items.iter().map(|i| usize::from(i.class != Class::Fact)).collect();
    // Definitions do not rest on themselves, so this settles after as many rounds as there are boxes.
    for _ in 0..drawing.items.len() {
        let mut moved = false;
        for (from, to) in &drawing.edges {
            if layer[*to] <= layer[*from] {
                layer[*to] = layer[*from] + 1;
                moved = true;
            }
        }
        if !moved {
            break;
        }
    }
    let is = |i: usize, f: fn(Class) -> bool| f(drawing.items[i].class);
    let rules = (0..layer.len()).filter(|i| is(*i, Class::is_rule)).map(|i| layer[i]).max().unwrap_or(1);
    for (i, layer) in layer.iter_mut().enumerate() {
        if is(i, Class::is_rule) {
            *layer = rules;
        } else if is(i, |c| c == Class::Outcome) {
            *layer = rules + 1;
        }
    }
    // What rests on nothing stands beside the first that asks for it.
    for i in 0..layer.len() {
        if drawing.edges.iter().all(|(_, to)| *to != i) {
            let first = drawing.edges.iter().filter(|(from, _)| *from == i).map(|(_, to)| layer[*to]).min();
            layer[i] = first.map_or(layer[i], |l| l.saturating_sub(1));
        }
    }
    layer
}

/// Links neighbouring layers, with places for lines that pass. Returns each line's first layer and its slots.
fn connect(
    drawing: &Drawing,
    layer_of: &[usize],
    slots: &mut Vec<Slot>,
    layers: &mut [Vec<usize>],
) -> Vec<(usize, Vec<usize>)> {
    let mut passes: std::collections::BTreeMap<(usize, usize), usize> = std::collections::BTreeMap::new();
    let mut routes = Vec::new();
    for (from, to) in &drawing.edges {
        let mut route = vec![*from];
        let between = layer_of[*to].saturating_sub(layer_of[*from] + 1);
        for (number, layer) in layers.iter_mut().enumerate().skip(layer_of[*from] + 1).take(between) {
            let slot = *passes.entry((*from, number)).or_insert_with(|| {
                slots.push(Slot { held: Held::Pass, height: 1, y: 0, before: Vec::new(), after: Vec::new() });
                layer.push(slots.len() - 1);
                slots.len() - 1
            });
            route.push(slot);
        }
        route.push(*to);
        for pair in route.windows(2) {
            if !slots[pair[0]].after.contains(&pair[1]) {
                slots[pair[0]].after.push(pair[1]);
                slots[pair[1]].before.push(pair[0]);
            }
        }
        routes.push((layer_of[*from], route));
    }
    routes
}

/// Orders each layer by the mean place of its neighbours in the one before (or after).
fn order(layers: &mut [Vec<usize>], slots: &[Slot], forward: bool) {
    let mut place = vec![0i64; slots.len()];
    let renumber = |layer: &[usize], place: &mut Vec<i64>| {
        for (i, slot) in layer.iter().enumerate() {
            place[*slot] = i as i64 * 1000 / layer.len() as i64;
        }
    };
    layers.iter().for_each(|l| renumber(l, &mut place));
    let count = layers.len();
    for step in 0..count {
        let at = if forward { step } else { count - 1 - step };
        let mean = |slot: &usize| {
            let beside = if forward { &slots[*slot].before } else { &slots[*slot].after };
            match beside.len() {
                0 => place[*slot] * 16,
                n => beside.iter().map(|s| place[*s]).sum::<i64>() * 16 / n as i64,
            }
        };
        let mut keyed: Vec<(i64, usize)> = layers[at].iter().map(|s| (mean(s), *s)).collect();
        keyed.sort_by_key(|(mean, _)| *mean);
        layers[at] = keyed.into_iter().map(|(_, slot)| slot).collect();
        renumber(&layers[at], &mut place);
    }
}

fn gap(a: &Slot, b: &Slot) -> i64 {
    if a.held == Held::Pass && b.held == Held::Pass { BETWEEN_LINES } else { BETWEEN_BOXES }
}

/// One below the other.
fn stack(layers: &[Vec<usize>], slots: &mut [Slot]) {
    for layer in layers {
        let mut y = 0;
        for (i, slot) in layer.iter().enumerate() {
            if i > 0 {
                y += gap(&slots[layer[i - 1]], &slots[*slot]);
            }
            slots[*slot].y = y;
            y += slots[*slot].height;
        }
    }
}

/// Moves each layer's slots towards the middle of their neighbours, as far as the others leave room: neighbours that
/// want to overlap share out between them.
fn align(layers: &[Vec<usize>], slots: &mut [Slot], forward: bool) {
    for step in 0..layers.len() {
        let layer = &layers[if forward { step } else { layers.len() - 1 - step }];
        let wish = |slot: &Slot| {
            let beside = if forward { &slot.before } else { &slot.after };
            let mut middles: Vec<i64> = beside.iter().map(|s| slots[*s].y + slots[*s].height / 2).collect();
            middles.sort_unstable();
            let middle = match middles.len() {
                0 => return slot.y,
                n if n % 2 == 1 => middles[n / 2],
                n => (middles[n / 2 - 1] + middles[n / 2]) / 2,
            };
            middle - slot.height / 2
        };
        // Blocks of slots that touch: first slot, sum of wishes relative to the block's top, number, height.
        let mut blocks: Vec<(usize, i64, i64, i64)> = Vec::new();
        for (i, slot) in layer.iter().enumerate() {
            let own = &slots[*slot];
            let space = layer.get(i + 1).map_or(0, |next| gap(own, &slots[*next]));
            blocks.push((i, wish(own), 1, own.height + space));
            while let [.., (first, wishes, n, height), (_, next_wishes, m, next_height)] = blocks[..] {
                let (top, next_top) = (wishes.div_euclid(n), next_wishes.div_euclid(m));
                if top + height <= next_top {
                    break;
                }
                blocks.pop();
                blocks.pop();
                blocks.push((first, wishes + next_wishes - m * height, n + m, height + next_height));
            }
        }
        for (i, (first, wishes, n, _)) in blocks.iter().enumerate() {
            let end = blocks.get(i + 1).map_or(layer.len(), |b| b.0);
            let mut y = wishes.div_euclid(*n);
            for at in *first..end {
                slots[layer[at]].y = y;
                let space = layer.get(at + 1).map_or(0, |next| gap(&slots[layer[at]], &slots[*next]));
                y += slots[layer[at]].height + space;
            }
        }
    }
}
