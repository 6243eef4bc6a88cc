//! `LocalChangeBus`: the bus of one process.

use std::{
    fmt,
    sync::{PoisonError, RwLock},
};

use super::{Change, ChangeBus, ChangeReceiver};

/// Carries changes within one process, at once. The default of every module; shared by several modules, it tells all of them.
#[derive(Default)]
pub struct LocalChangeBus {
    receivers: RwLock<Vec<ChangeReceiver>>,
}

impl ChangeBus for LocalChangeBus {
    fn publish(&self, change: Change) {
        let receivers = self.receivers.read().unwrap_or_else(PoisonError::into_inner);
        let mut all_there = true;
        for receiver in receivers.iter() {
            all_there &= receiver.deliver(&change);
        }
        drop(receivers);
        if !all_there {
            let mut receivers = self.receivers.write().unwrap_or_else(PoisonError::into_inner);
            receivers.retain(ChangeReceiver::is_there);
        }
    }

    fn subscribe(&self, receiver: ChangeReceiver) {
        self.receivers.write().unwrap_or_else(PoisonError::into_inner).push(receiver);
    }
}

impl fmt::Debug for LocalChangeBus {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("LocalChangeBus").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    #[test]
    fn every_subscriber_hears_as_long_as_it_is_there() {
        let bus = LocalChangeBus::default();
        let heard = Arc::new(Mutex::new(Vec::new()));
        let subscribe = |name: &'static str| {
            let heard = heard.clone();
            let receive = Arc::new(move |change: &Change| heard.lock().unwrap().push((name, change.clone())));
            bus.subscribe(ChangeReceiver::new(&receive));
            receive
        };
        let (first, second) = (subscribe("first"), subscribe("second"));
        bus.publish(Change::ToolsListChanged);
        drop(first);
        bus.publish(Change::ResourceUpdated("a:b".into()));
        assert_eq!(
            *heard.lock().unwrap(),
            [
                ("first", Change::ToolsListChanged),
                ("second", Change::ToolsListChanged),
                ("second", Change::ResourceUpdated("a:b".into())),
            ]
        );
        assert_eq!(bus.receivers.read().unwrap().len(), 1, "who is gone is forgotten");
        drop(second);
    }
}
