//! Volumes, and the project's files that are put into them.

use serde_json::Value;

use super::super::declared::Declared;
use super::super::inputs::{Inputs, VolumeUpload};
use super::super::names;
use super::super::rules::{NormalForm, Risk, Rules};
use super::super::shape::Shape;
use super::super::{Desired, Kind, ResourceKey, Spec};
use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::project::yaml::Fields;

/// Its name can be changed (`new_name`), and its files stay. Catalogs and schemas could be renamed, too, but what is in
/// them would be known by other names at once, the tables of pipelines among them.
pub(in super::super) const RULES: Rules = Rules {
    immutable: &["catalog_name", "schema_name", "volume_type", "storage_location"],
    normal_forms: &[
        ("name", NormalForm::IgnoreCase),
        ("catalog_name", NormalForm::IgnoreCase),
        ("schema_name", NormalForm::IgnoreCase),
        ("storage_location", NormalForm::TrailingSlash),
    ],
    risk_of_delete: Risk::Destructive,
    ..Rules::PLAIN
};

pub(in super::super) const FIELDS: &[(&str, Shape)] = &[
    ("name", Shape::Text),
    ("catalog_name", Shape::Text),
    ("schema_name", Shape::Text),
    ("volume_type", Shape::OneOf(&["MANAGED", "EXTERNAL"])),
    ("comment", Shape::Text),
    ("storage_location", Shape::Text),
];

/// The volume, then its files.
pub(in super::super) fn build(declared: &Declared<'_>, inputs: &Inputs, out: &mut Diagnostics) -> Vec<Desired> {
    let mut volume = declared.read(Kind::Volume, FIELDS, &["files"], out);
    declared.require(&volume, &["name", "catalog_name", "schema_name"], out);
    names::check(declared, &volume, out);
    // The service requires it, and managed is what it means when nobody says more.
    volume.spec.entry("volume_type").or_insert_with(|| Value::String("MANAGED".to_string()));
    let part = |field| volume.text(field).unwrap_or_default();
    let root = format!("/Volumes/{}/{}/{}", part("catalog_name"), part("schema_name"), part("name"));
    let mut all = Vec::new();
    for node in declared.list("files", out) {
        let Some(mut fields) = Fields::of(node, out) else { continue };
        let source = fields.require_string("source", out);
        let path = fields.require_string("path", out);
        fields.finish(out);
        let (Some(source), Some(path)) = (source, path) else { continue };
        let Some(content) = inputs.sources.get(&source.value) else {
            out.push(absent(&source.value).at(source.location));
            continue;
        };
        let path = path.value.trim_matches('/');
        let mut spec = Spec::new();
        spec.insert("path".to_string(), Value::String(format!("{root}/{path}")));
        let key = ResourceKey::new(Kind::VolumeFile, format!("{}/{path}", declared.key()));
        let mut file = Desired::new(key, spec);
        file.content = Some(content.clone());
        file.depends_on.insert(volume.key.clone());
        file.location = Some(source.location);
        all.push(file);
    }
    all.insert(0, volume);
    all
}

fn absent(source: &str) -> Diagnostic {
    if source.starts_with("jobs/") {
        return Diagnostic::error(Code::MISSING_FILE, format!("the file `{source}` does not exist in the project"));
    }
    let message = format!("`{source}` is not below `jobs/`, where the files of volumes are looked for");
    let name = source.rsplit('/').next().unwrap_or_default();
    let hint = format!("put it there, such as `jobs/files/{name}`, and name it by its path in the project");
    Diagnostic::error(Code::MISSING_FILE, message).hint(hint)
}

/// A file that its place alone identifies; the volume it lies in follows from its path.
pub(in super::super) fn upload(upload: &VolumeUpload) -> Desired {
    let name = upload.path.strip_prefix("/Volumes/").unwrap_or(&upload.path);
    let mut spec = Spec::new();
    spec.insert("path".to_string(), Value::String(upload.path.clone()));
    let mut file = Desired::new(ResourceKey::new(Kind::VolumeFile, name), spec);
    file.content = Some(upload.content.clone());
    file.delivered = true;
    file
}
