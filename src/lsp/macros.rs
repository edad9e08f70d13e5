//! Macros of templates: where they are defined, where they are named, and their renames.

use crate::diag::{Location, Span};
use crate::render::{Mention, Outline};

use super::at::{Subject, in_tag, is_word, run};
use super::facts::Facts;
use super::rename::Edits;
use super::shift::Shift;

/// Words of the template language, of which none can name a macro.
const WORDS: [&str; 14] =
    ["true", "false", "none", "and", "or", "not", "in", "is", "if", "else", "self", "super", "loop", "caller"];

#[derive(Clone, Debug)]
pub(super) struct Macro {
    pub(super) name: String,
    pub(super) location: Location,
}

/// What a template says of macros.
#[derive(Clone, Debug)]
pub(super) struct Uses {
    pub(super) file: String,
    pub(super) mentions: Vec<(Mention, Location)>,
    pub(super) unclear: Vec<String>,
    pub(super) defined: Vec<String>,
    pub(super) modules: Vec<String>,
}

impl Facts {
    /// The macro that a template names.
    fn mentioned(&self, file: &str, mention: &Mention) -> Option<usize> {
        let of = match &mention.module {
            Some(module) => self.modules.get(module)?,
            None => file,
        };
        self.macros.iter().position(|known| known.name == mention.name && known.location.file.name() == of)
    }

    /// Every place that names a macro, with whether it does so by the macro's own name.
    fn mentions_of(&self, index: usize) -> impl Iterator<Item = (&Uses, &Location, bool)> {
        self.uses.iter().flat_map(move |uses| {
            let of =
                uses.mentions.iter().filter(move |(mention, _)| self.mentioned(&uses.file, mention) == Some(index));
            of.map(move |(mention, location)| (uses, location, mention.own))
        })
    }
}

/// The macro whose definition or name stands at a place.
pub(super) fn at(facts: &Facts, file: &str, text: &str, offset: usize) -> Option<(Subject, Span)> {
    if !in_tag(text, offset) {
        return None;
    }
    let known = facts.files.get(file)?;
    let then = if known.text() == text { offset } else { Shift::between(text, known.text()).back(offset)? };
    let inside = |location: &Location| {
        let range = location.span.range();
        location.file.name() == file && range.start <= then && then <= range.end
    };
    let word = run(text, offset, is_word);
    let defined = facts.macros.iter().position(|known| inside(&known.location));
    let found = defined.or_else(|| {
        let uses = facts.uses.iter().find(|uses| uses.file == file)?;
        let (mention, _) = uses.mentions.iter().find(|(_, location)| inside(location))?;
        facts.mentioned(file, mention)
    });
    found.map(|index| (Subject::Macro(index), word))
}

pub(super) fn references(facts: &Facts, index: usize) -> Vec<Location> {
    facts.mentions_of(index).map(|(_, location, _)| location.clone()).collect()
}

/// The definition with the comment before it, as Markdown.
pub(super) fn markdown(facts: &Facts, index: usize) -> Option<String> {
    let found = facts.macros.get(index)?;
    let text = found.location.file.text();
    let (before, behind) = text.split_at_checked(found.location.span.range().start)?;
    let head = behind.split("%}").next().unwrap_or_default().trim_end_matches('-').trim();
    let head: Vec<&str> = head.split_whitespace().collect();
    let mut out = format!("```jinja\nmacro {}\n```\n", head.join(" "));
    let tag = before.get(..before.rfind("{%")?)?.trim_end();
    if let Some((_, comment)) = tag.strip_suffix("#}").and_then(|rest| rest.rsplit_once("{#")) {
        let words: Vec<&str> = comment.trim_matches('-').split_whitespace().collect();
        out.push_str(&format!("\n{}\n", words.join(" ")));
    }
    let users: std::collections::BTreeSet<&str> =
        facts.mentions_of(index).map(|(uses, ..)| uses.file.as_str()).collect();
    out.push_str(&format!("\nDefined at {}\n", found.location.display()));
    out.push_str(&match users.len() {
        0 => "\nNot used\n".to_string(),
        1 => "\nUsed in 1 file\n".to_string(),
        files => format!("\nUsed in {files} files\n"),
    });
    Some(out)
}

/// A macro is renamed where every name that may mean it is known to mean it or something else.
pub(super) fn rename(facts: &Facts, index: usize, new: &str, edits: &mut Edits) -> Result<(), String> {
    let found = facts.macros.get(index).ok_or("nothing that can be renamed stands here")?;
    let (old, home) = (found.name.as_str(), found.location.file.name());
    if WORDS.contains(&new) || Outline::GIVEN.contains(&new) {
        return Err(format!("`{new}` means something else in every template"));
    }
    let module = facts.modules.iter().find(|(_, file)| *file == home).map(|(module, _)| module);
    for uses in &facts.uses {
        let imports = module.is_some_and(|module| uses.modules.contains(module));
        let concerned = uses.file == home || imports;
        if concerned && uses.unclear.iter().any(|name| name == old) {
            return Err(format!("`{}` uses `{old}` in a way that cannot be followed: rename it by hand", uses.file));
        }
        let names = uses.file == home || facts.mentions_of(index).any(|(user, _, own)| own && user.file == uses.file);
        if names && new != old && uses.defined.iter().any(|name| name == new) {
            return Err(format!("`{new}` is there already in `{}`", uses.file));
        }
    }
    edits.put(&found.location.file, found.location.span, new.to_string());
    for (_, location, _) in facts.mentions_of(index).filter(|(_, _, own)| *own) {
        edits.put(&location.file, location.span, new.to_string());
    }
    Ok(())
}
