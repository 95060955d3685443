//! Sums of products with constants, and how they compare with zero.

use super::super::kernels::Cmp;
use super::super::plan::Linear;
use super::super::program::{Step, Value, Values, Vector, Width};
use super::{Lowering, of_vector};
use crate::graph::{NodeId, ScopeId};

impl Lowering<'_> {
    pub(super) fn terms(&mut self, sum: &Linear, scope: ScopeId) -> Option<Box<[(Vector, i64)]>> {
        sum.terms.iter().map(|(id, factor)| Some((self.long(*id, scope)?, *factor))).collect()
    }

    pub(super) fn linear(&mut self, sum: &Linear, scope: ScopeId) -> Option<Vector> {
        let terms = self.terms(sum, scope)?;
        let d = self.make(Width::Long, scope);
        self.steps.push(Step::Linear { d, terms, constant: sum.constant });
        Some(d)
    }

    pub(super) fn compare_sum(&mut self, cmp: Cmp, sum: &Linear, scope: ScopeId) -> Option<Value> {
        if let Some(d) = self.bounded(cmp, sum, scope) {
            return Some(of_vector(d));
        }
        if let ([(a, p), (b, q)], 0) = (&*sum.terms, sum.constant)
            && p.unsigned_abs() == 1
            && *p == -*q
        {
            let (a, b) = if *p > 0 { (*a, *b) } else { (*b, *a) };
            let (a, b) = (self.plain(a, scope)?, self.plain(b, scope)?);
            let width = a.width.max(b.width);
            let (a, b) = (self.to(a, width), self.to(b, width));
            let d = self.make(Width::Byte, scope);
            self.steps.push(Step::Compare { cmp, d, a, b });
            return Some(of_vector(d));
        }
        let terms = self.terms(sum, scope)?;
        let (sum_of, d) = (self.make(Width::Long, scope), self.make(Width::Byte, scope));
        self.steps.push(Step::LinearCompare { cmp, d, sum: sum_of, terms, constant: sum.constant });
        Some(of_vector(d))
    }

    /// A comparison of a sum with zero of which one term is looked up in a table by bytes: the others are compared with a bound that
    /// the bytes tell.
    fn bounded(&mut self, cmp: Cmp, sum: &Linear, scope: ScopeId) -> Option<Vector> {
        let looked_up = |id: NodeId| {
            let Values::Vector(vector) = self.values.get(&id)?.values else { return None };
            self.lookups.get(&vector).filter(|_| vector.scope == scope)
        };
        let (at, step) = sum.terms.iter().enumerate().find_map(|(at, (id, _))| Some((at, *looked_up(*id)?)))?;
        let Step::Lookup { a, first: 0, table, .. } = &self.steps[step] else { return None };
        let (a, table, times) = (*a, table.clone(), sum.terms[at].1);
        let mut others = sum.clone();
        others.terms.remove(at);
        // Of one term the factor goes into the bounds.
        let factor = match &mut *others.terms {
            [(_, factor)] => std::mem::replace(factor, 1),
            _ => 1,
        };
        if cmp == Cmp::Equal || a.width != Width::Byte {
            return None;
        }
        let bound = |value: &i64| {
            let looked_up = value.checked_mul(times)?.checked_add(sum.constant)?;
            let most = looked_up.checked_neg()?.checked_sub(i64::from(cmp == Cmp::Less))?;
            let bound = most.checked_div_euclid(factor.checked_abs()?)?;
            if factor < 0 { bound.checked_neg() } else { Some(bound) }
        };
        let bounds = table.iter().map(bound).collect::<Option<_>>()?;
        let terms = self.terms(&others, scope)?;
        let (sum, d) = (self.make(Width::Long, scope), self.make(Width::Byte, scope));
        self.steps.push(Step::Bounded { d, sum, terms, a, bounds, least: factor < 0 });
        Some(d)
    }
}
