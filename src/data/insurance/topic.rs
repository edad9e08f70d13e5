//! Call topics, the customer groups of the story, and the digital interaction each topic fails over from.

/// A call topic. Each has one interaction type whose failure leads to calls about it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Topic {
    Billing,
    IdCard,
    Pharmacy,
    Claims,
    Benefits,
    Enrollment,
    Provider,
    Technical,
}

pub(crate) const TOPICS: [Topic; 8] = [
    Topic::Billing,
    Topic::IdCard,
    Topic::Pharmacy,
    Topic::Claims,
    Topic::Benefits,
    Topic::Enrollment,
    Topic::Provider,
    Topic::Technical,
];

impl Topic {
    pub(crate) fn label(self) -> &'static str {
        match self {
            Topic::Billing => "Billing",
            Topic::IdCard => "ID Card",
            Topic::Pharmacy => "Pharmacy",
            Topic::Claims => "Claims",
            Topic::Benefits => "Benefits",
            Topic::Enrollment => "Enrollment",
            Topic::Provider => "Provider",
            Topic::Technical => "Technical",
        }
    }

    pub(crate) fn interaction(self) -> &'static str {
        match self {
            Topic::Billing => "bill_pay",
            Topic::IdCard => "id_card_download",
            Topic::Pharmacy => "rx_refill",
            Topic::Claims => "claims_check",
            Topic::Benefits => "benefits_lookup",
            Topic::Enrollment => "plan_compare",
            Topic::Provider => "provider_search",
            Topic::Technical => "login",
        }
    }

    pub(crate) fn page(self) -> &'static str {
        match self {
            Topic::Billing => "billing/pay",
            Topic::IdCard => "id-card/download",
            Topic::Pharmacy => "pharmacy/refill",
            Topic::Claims => "claims/status",
            Topic::Benefits => "benefits/lookup",
            Topic::Enrollment => "plans/compare",
            Topic::Provider => "providers/search",
            Topic::Technical => "login",
        }
    }

    pub(crate) fn route(self) -> &'static str {
        match self {
            Topic::Billing => "billing",
            Topic::IdCard => "id_card",
            Topic::Pharmacy => "pharmacy",
            Topic::Claims => "claims",
            Topic::Benefits => "benefits",
            Topic::Enrollment => "enrollment",
            Topic::Provider => "provider",
            Topic::Technical => "technical",
        }
    }
}

/// The customer segment of the leakage story.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Group {
    MapdNew,
    MapdTenured,
    Commercial,
}

impl Group {
    pub(crate) fn label(self) -> &'static str {
        match self {
            Group::MapdNew => "MAPD New",
            Group::MapdTenured => "MAPD Tenured",
            Group::Commercial => "Commercial",
        }
    }
}

pub(crate) const GROUPS: [Group; 3] = [Group::MapdNew, Group::MapdTenured, Group::Commercial];

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Language {
    English,
    Spanish,
    Chinese,
    Vietnamese,
}

impl Language {
    pub(crate) fn label(self) -> &'static str {
        match self {
            Language::English => "English",
            Language::Spanish => "Spanish",
            Language::Chinese => "Chinese",
            Language::Vietnamese => "Vietnamese",
        }
    }
}

/// Members are drawn by group and language class: English, Spanish, other.
pub(crate) const LANGUAGE_CLASSES: usize = 3;
pub(crate) const CELLS: usize = GROUPS.len() * LANGUAGE_CLASSES;

pub(crate) fn cell(group: Group, language: Language) -> usize {
    group as usize * LANGUAGE_CLASSES + (language as usize).min(LANGUAGE_CLASSES - 1)
}

pub(crate) fn group_of(cell: usize) -> Group {
    GROUPS[cell / LANGUAGE_CLASSES]
}

/// Where a digital interaction happens.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Device {
    MobileApp,
    MobileWeb,
    Desktop,
}

impl Device {
    pub(crate) fn label(self) -> &'static str {
        match self {
            Device::MobileApp => "mobile_app",
            Device::MobileWeb => "mobile_web",
            Device::Desktop => "desktop",
        }
    }
}
