//! The panels of what offices report: indicators and indices.

use crate::kpi::fault::FaultReason;

use super::{PanelForm, PanelKind, Reading};

/// As many rows as a tile can show from a few metres.
const ROWS_MAX: usize = 9;

impl Reading<'_> {
    pub(super) fn indicators(&mut self, form: &PanelForm, kind: PanelKind) -> Vec<String> {
        let count = form.indicators.len();
        if count == 0 && kind == PanelKind::Indicators {
            self.fault(&form.id.span(), "panel.indicators", FaultReason::Missing("a panel of this kind"));
        }
        if count > ROWS_MAX {
            let reason = FaultReason::TooMany { count, count_max: ROWS_MAX };
            self.fault(&form.id.span(), "panel.indicators", reason);
        }
        for code in form.indicators.iter().filter(|code| self.catalogue.indicators().get(code.get_ref()).is_none()) {
            let reason = FaultReason::UnknownIndicator(code.get_ref().clone());
            self.fault(&code.span(), "panel.indicators", reason);
        }
        form.indicators.iter().take(ROWS_MAX).map(|code| code.get_ref().clone()).collect()
    }

    pub(super) fn index(&mut self, form: &PanelForm, kind: PanelKind) -> Option<String> {
        match &form.index {
            None if kind == PanelKind::Index766 => {
                self.fault(&form.id.span(), "panel.index", FaultReason::Missing("a panel of this kind"));
            }
            Some(id) if self.catalogue.index(id.get_ref()).is_none() => {
                self.fault(&id.span(), "panel.index", FaultReason::UnknownIndex(id.get_ref().clone()));
            }
            _ => {}
        }
        form.index.as_ref().map(|id| id.get_ref().clone())
    }
}
