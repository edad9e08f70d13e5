//! As whom something runs, and who is told.

use crate::check::entries::{error, list, open, text, warning};
use crate::diag::{Code, Diagnostics};
use crate::project::yaml::Node;
use crate::project::{Mode, Target};

/// `run_as` of a job, a pipeline or an alert.
pub(in crate::check) fn run_as(resource: &Node, target: &Target, out: &mut Diagnostics) {
    let Some(run_as) = resource.get("run_as") else { return };
    let (user, principal) = (run_as.get("user_name"), run_as.get("service_principal_name"));
    if let (Some(_), Some(second)) = (user, principal) {
        let message = "`run_as` names a user and a service principal";
        out.push(error(Code::RUN_AS, &second.location, message).hint("name one of them"));
    } else if let Some(user) = user.filter(|_| target.mode == Mode::Production) {
        let message = "in production this runs as a person, and stops when that person's access ends";
        let hint = "name a service principal: `service_principal_name`";
        out.push(warning(Code::RUN_AS, &user.location, message).hint(hint));
    }
}

const EVENTS: [&str; 5] =
    ["on_start", "on_success", "on_failure", "on_duration_warning_threshold_exceeded", "on_streaming_backlog_exceeded"];

/// Of a job and its tasks.
pub(super) fn recipients(job: &Node, out: &mut Diagnostics) {
    for node in std::iter::once(job).chain(list(job, "tasks")) {
        let Some(notifications) = node.get("email_notifications") else { continue };
        for event in EVENTS {
            list(notifications, event).iter().for_each(|recipient| address(recipient, out));
        }
    }
}

/// A warning: a mail system may take what does not look like an address.
pub(in crate::check) fn address(recipient: &Node, out: &mut Diagnostics) {
    let Some(text) = recipient.as_str().filter(|text| !open(text)) else { return };
    if !is_address(text) {
        let message = format!("`{text}` is not an e-mail address");
        let hint = "write the address itself; chat channels and other systems are `webhook_notifications`";
        out.push(warning(Code::NOTIFICATION, &recipient.location, message).hint(hint));
    }
}

fn is_address(text: &str) -> bool {
    let Some((name, domain)) = text.rsplit_once('@') else { return false };
    let plain = !text.chars().any(char::is_whitespace);
    plain && !name.is_empty() && !domain.is_empty() && !domain.starts_with('.') && !domain.ends_with('.')
}

/// The name that a job, a pipeline or an alert runs as: its own, else the target's.
pub fn runs_as<'n>(resource: &'n Node, target: &'n Target) -> Option<&'n str> {
    let own = resource.get("run_as");
    let own = own.and_then(|node| text(node, "user_name").or_else(|| text(node, "service_principal_name")));
    own.or_else(|| {
        target.run_as.as_ref().map(|run_as| match &run_as.value {
            crate::project::RunAs::ServicePrincipal(name) | crate::project::RunAs::User(name) => name.as_str(),
        })
    })
}
