//! Who is known to a workspace.

use crate::api::scim;

use super::Remote;

/// What a principal is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum PrincipalKind {
    User,
    Group,
    ServicePrincipal,
}

impl Remote {
    /// `None` where it cannot be known: whoever asks may not ask, or the workspace has no such list.
    pub async fn knows(&self, kind: PrincipalKind, name: &str) -> Option<bool> {
        let (list, attribute) = match kind {
            PrincipalKind::User => ("Users", "userName"),
            PrincipalKind::Group => ("Groups", "displayName"),
            PrincipalKind::ServicePrincipal => ("ServicePrincipals", "applicationId"),
        };
        scim::count(&self.client, list, attribute, name).await.ok().map(|count| count > 0)
    }
}

#[cfg(test)]
mod tests {
    use axum::http::{StatusCode, Uri};
    use serde_json::json;

    use super::*;
    use crate::api::{Client, Connection, Secret, Transport};
    use crate::sys::System;

    /// "filter: … Supported operators are equals(eq)" (REST API, "List users"); a list of nobody has `totalResults` 0.
    #[tokio::test]
    async fn principals_are_looked_up_by_name() {
        let router = axum::Router::new().fallback(|uri: Uri| async move {
            let target = uri.path_and_query().map(|target| target.as_str().to_string()).unwrap_or_default();
            let count = i32::from(target.contains("userName") && target.contains("ann"));
            match target.contains("ServicePrincipals") {
                true => {
                    (StatusCode::FORBIDDEN, axum::Json(json!({"error_code": "PERMISSION_DENIED", "message": "no"})))
                }
                false => (StatusCode::OK, axum::Json(json!({ "totalResults": count }))),
            }
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let host = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });
        let connection = Connection::with_token(&host, Secret::new("t")).unwrap();
        let remote = Remote::new(Client::new(&connection, &System::real(), Transport::default()).unwrap());
        assert_eq!(remote.knows(PrincipalKind::User, "ann@shop.test").await, Some(true));
        assert_eq!(remote.knows(PrincipalKind::Group, "analsts").await, Some(false));
        assert_eq!(remote.knows(PrincipalKind::ServicePrincipal, "x").await, None);
    }
}
