//! SQL warehouses.

use super::super::declared::Declared;
use super::super::inputs::Context;
use super::super::names;
use super::super::rules::{Risk, Rules};
use super::super::shape::Shape;
use super::super::{Desired, Kind};
use super::pipeline;
use crate::diag::Diagnostics;

/// Whoever runs SQL on it names it by its id, and another one of the same name has another.
pub(in super::super) const RULES: Rules =
    Rules { keyed_lists: &[("tags.custom_tags", "key")], risk_of_delete: Risk::Destructive, ..Rules::PLAIN };

/// REST API, "Create a warehouse"; all of them can be edited. Whether it runs is nobody's setting: it starts when
/// something is asked of it and stops by `auto_stop_mins`.
const FIELDS: &[(&str, Shape)] = &[
    ("name", Shape::Text),
    (
        "cluster_size",
        Shape::OneOf(&[
            "2X-Small", "X-Small", "Small", "Medium", "Large", "X-Large", "2X-Large", "3X-Large", "4X-Large",
            "5X-Large",
        ]),
    ),
    ("min_num_clusters", Shape::Integer),
    ("max_num_clusters", Shape::Integer),
    ("auto_stop_mins", Shape::Integer),
    ("enable_photon", Shape::Boolean),
    ("enable_serverless_compute", Shape::Boolean),
    ("warehouse_type", Shape::OneOf(&["CLASSIC", "PRO"])),
    ("spot_instance_policy", Shape::OneOf(&["COST_OPTIMIZED", "RELIABILITY_OPTIMIZED"])),
    (
        "channel",
        Shape::Object(&[
            (
                "name",
                Shape::OneOf(&[
                    "CHANNEL_NAME_CURRENT",
                    "CHANNEL_NAME_PREVIEW",
                    "CHANNEL_NAME_PREVIOUS",
                    "CHANNEL_NAME_CUSTOM",
                ]),
            ),
            ("dbsql_version", Shape::Text),
        ]),
    ),
    ("tags", Shape::Object(&[("custom_tags", Shape::List(&TAG))])),
    ("instance_profile_arn", Shape::Text),
];

static TAG: Shape = Shape::Object(&[("key", Shape::Text), ("value", Shape::Text)]);

pub(in super::super) fn build(declared: &Declared<'_>, context: &Context, out: &mut Diagnostics) -> Desired {
    let mut desired = declared.read(Kind::SqlWarehouse, FIELDS, &["permissions"], out);
    declared.require(&desired, &["name", "cluster_size"], out);
    if let Some(user) = &context.development {
        pipeline::prefix_name(&mut desired, "name", user);
    }
    names::check_copy(declared, &desired, context, out);
    desired
}
