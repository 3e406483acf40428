//! How a rule writes down what it found.
//!
//! May use: `diagnostics`.

use crate::diagnostics::{Diagnostic, Origin, RuleInfo, Severity};

/// Takes down what one rule finds.
#[derive(Debug)]
pub struct Reporter {
    pub(super) info: &'static RuleInfo,
    pub(super) found: Vec<Diagnostic>,
}

impl Reporter {
    /// One finding, with the rule's own severity, clause and remedy until said otherwise.
    pub fn report(&mut self, origin: &Origin, message: impl Into<String>) -> Report<'_> {
        let index = self.found.len();
        self.found.push(Diagnostic {
            id: self.info.id,
            severity: self.info.severity,
            message: message.into(),
            expected: None,
            clause: self.info.clause.to_owned(),
            help: self.info.fix.to_owned(),
            origin: origin.clone(),
            labels: Vec::new(),
            repeats: Vec::new(),
        });
        Report(&mut self.found[index])
    }
}

/// A finding being written: what it says beyond its message.
#[derive(Debug)]
pub struct Report<'r>(&'r mut Diagnostic);

impl Report<'_> {
    /// What was expected there.
    pub fn expected(self, expected: impl Into<String>) -> Self {
        self.0.expected = Some(expected.into());
        self
    }

    /// How to mend this one.
    pub fn help(self, help: impl Into<String>) -> Self {
        self.0.help = help.into();
        self
    }

    /// The clause this one rests on.
    pub fn clause(self, clause: impl Into<String>) -> Self {
        self.0.clause = clause.into();
        self
    }

    /// How grave this one is.
    pub fn severity(self, severity: Severity) -> Self {
        self.0.severity = severity;
        self
    }

    /// Another place that has to do with it.
    pub fn label(self, origin: &Origin, word: impl Into<String>) -> Self {
        self.0.labels.push((origin.clone(), word.into()));
        self
    }
}
