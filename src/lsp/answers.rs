//! Requests: each is answered, or waits until enough is known.

use serde_json::Value;

use super::diagnostics::{Places, actions};
use super::keys::Slot;
use super::protocol::{ErrorCode, failure, response};
use super::rename::{self, Versions};
use super::requests::{self, Place, WITH_PLACE};
use super::server::{Phase, Server};
use super::trial::Purpose;

/// A request that waits for the end of a job.
pub(super) struct Waiting {
    pub(super) id: Value,
    pub(super) method: String,
    pub(super) params: Value,
}

impl Server {
    pub(super) fn request(&mut self, id: Value, method: String, params: Value) {
        match method.as_str() {
            "shutdown" => {
                self.phase = Phase::ShutDown;
                self.send(response(&id, Value::Null));
            }
            "textDocument/codeAction" => self.send(response(&id, actions(&params))),
            method if WITH_PLACE.contains(&method) => self.at_place(id, method, params),
            method => self.send(failure(&id, ErrorCode::MethodNotFound, &format!("`{method}` is not supported"))),
        }
    }

    pub(super) fn cancel(&mut self, id: &Value) {
        let waits = self.waiting.iter().any(|waiting| waiting.id == *id);
        if waits || self.trials.iter().any(|trial| trial.id == *id) {
            self.waiting.retain(|waiting| waiting.id != *id);
            self.trials.retain(|trial| trial.id != *id);
            self.send(failure(id, ErrorCode::RequestCancelled, "cancelled"));
        }
    }

    fn at_place(&mut self, id: Value, method: &str, params: Value) {
        let session = &self.session;
        let uri = params.pointer("/textDocument/uri").and_then(Value::as_str).unwrap_or_default();
        let Some(document) = session.documents.get(uri) else {
            return self.send(failure(&id, ErrorCode::InvalidParams, "the text is not open"));
        };
        let Some(offset) = requests::offset(&document.text, &params, session.client.encoding) else {
            return self.send(failure(&id, ErrorCode::InvalidParams, "there is no position"));
        };
        let Some((root, file)) = session.place(&document.path) else {
            return self.send(response(&id, Value::Null));
        };
        if method == "textDocument/completion"
            && let Some(slot) = Slot::at(&file, &document.text, offset, session.client.encoding)
        {
            let root = root.clone();
            let mut overlay = session.overlay(&root);
            overlay.put(&slot.file, slot.probed.clone());
            return self.attempt(id, root, overlay, Purpose::Keys(slot));
        }
        let Some(project) = session.projects.get(root) else { return };
        // A rename is measured by what is wrong without it.
        let unchecked = method == "textDocument/rename" && !project.is_checked();
        if unchecked || (!project.is_known() && (requests::waits(method) || project.facts.is_none())) {
            let root = root.clone();
            self.waiting.push(Waiting { id, method: method.to_string(), params });
            // Nobody waits for the end of the typing who asks for an answer.
            self.begin();
            return self.learn_of(&root);
        }
        let Some(facts) = project.facts.clone() else { return self.send(response(&id, Value::Null)) };
        let (sound, errors, root) = (project.sound.clone(), project.errors, root.clone());
        let of = |name: &str| session.uri(&root, name);
        let encoding = session.client.encoding;
        let (text, sound) = (document.text.as_str(), sound.as_deref());
        let place = Place { file: &file, text, offset, encoding, facts: &facts, sound, uri: &of };
        if method != "textDocument/rename" {
            let message = match place.answer(method, &params) {
                Ok(value) => response(&id, value),
                Err(why) => failure(&id, ErrorCode::RequestFailed, &why),
            };
            return self.send(message);
        }
        let new = params.get("newName").and_then(Value::as_str).unwrap_or_default();
        let edits = match at_subject(&place) {
            _ if project.facts_of != Some(project.edition) => {
                Err("the project cannot be read as it is: see its findings".to_string())
            }
            Some(subject) => rename::edits(&facts, &subject, new),
            None => Err("nothing that can be renamed stands here".to_string()),
        };
        let versions = Versions {
            document_changes: session.client.document_changes,
            renames_files: session.client.renames_files,
            of: &|name| session.version(&root, name),
        };
        let prepared = edits.and_then(|edits| {
            let places = Places { encoding, uri: &of };
            let edit = edits.json(&places, &versions);
            let edit = edit.ok_or("the editor cannot rename the file that makes the table")?;
            let mut overlay = session.overlay(&root);
            edits.apply(&facts, &mut overlay);
            Ok((edit, overlay))
        });
        match prepared {
            Err(why) => self.send(failure(&id, ErrorCode::RequestFailed, &why)),
            Ok((edit, overlay)) => self.attempt(id, root, overlay, Purpose::Rename { errors, edit }),
        }
    }
}

/// By what is known of the text as it is: an edit must not rest on anything else.
fn at_subject(place: &Place<'_>) -> Option<super::at::Subject> {
    let (facts, subject, _) = place.subject()?;
    std::ptr::eq(facts, place.facts).then_some(subject)
}
