//! Which names of a template are macros'.

use std::collections::BTreeMap;

use super::outline::Outline;
use crate::diag::Span;

/// A macro, as a template names it.
#[derive(Clone, PartialEq, Debug)]
pub struct Mention {
    /// The template that it is imported from, as the import names it; `None`: this one.
    pub module: Option<String>,
    /// Its own name.
    pub name: String,
    pub at: Span,
    /// Is it called so here, and not as the import calls it?
    pub own: bool,
}

/// What may turn out to be a macro's name once the whole template was read.
#[derive(Default)]
pub(super) struct Named {
    /// `import 'file' as name`: the name and the file.
    pub(super) modules: BTreeMap<String, String>,
    /// `from 'file' import macro as name`: the name, the file and the macro.
    pub(super) imported: BTreeMap<String, (String, String)>,
    pub(super) mentions: Vec<Mention>,
    /// Names by themselves.
    pub(super) plain: Vec<(String, Span)>,
    /// Attributes: what they are read of, where that is a name, themselves, and the place where they end.
    pub(super) attributes: Vec<(Option<String>, String, Span)>,
}

impl Named {
    pub(super) fn resolve(mut self, outline: &mut Outline) {
        // A name that the template gives a value in two ways is not followed.
        let once = |name: &str| outline.defined.iter().filter(|(defined, _)| defined == name).count() == 1;
        let mut mentions = std::mem::take(&mut self.mentions);
        let files = self.imported.values().map(|(file, _)| file).chain(self.modules.values());
        outline.modules = files.cloned().collect();
        for (name, at) in self.plain {
            let own = outline.macros.iter().any(|(known, _)| *known == name);
            match self.imported.get(&name) {
                Some((file, known)) if once(&name) => {
                    let (module, own) = (Some(file.clone()), *known == name);
                    mentions.push(Mention { module, name: known.clone(), at, own });
                }
                None if own && once(&name) => mentions.push(Mention { module: None, name, at, own: true }),
                // The value that it has here, or that it is given by whoever includes the template.
                _ => drop(outline.unclear.insert(name)),
            }
        }
        for (of, name, at) in self.attributes {
            match of.filter(|of| once(of)).and_then(|of| self.modules.get(&of)) {
                Some(file) => mentions.push(Mention { module: Some(file.clone()), name, at, own: true }),
                None => drop(outline.unclear.insert(name)),
            }
        }
        mentions.sort_by_key(|mention| mention.at);
        outline.mentions = mentions;
    }
}
