//! Tags: the statement that demands a transition, or the name of our own rule.
//!
//! Every milestone bears one. The tags seen in a run are counted, and a rule can be switched off by its tag in tests
//! ([`Rules::without`]); some test must then fail.

macro_rules! tags {
    ($($name:ident = $($id:literal),+ => $says:literal;)*) => {
        /// A statement of the requirements digest, or a rule of our own (`own.*`).
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u16)]
        pub enum Tag { $(#[doc = $says] $name,)* }

        impl Tag {
            pub const ALL: &'static [Tag] = &[$(Tag::$name,)*];

            /// The identifiers of the statements that demand it: one, or those of several generations that say the same.
            pub const fn ids(self) -> &'static [&'static str] {
                match self { $(Tag::$name => &[$($id),+],)* }
            }

            /// What it demands, in a sentence.
            pub const fn says(self) -> &'static str {
                match self { $(Tag::$name => $says,)* }
            }
        }
    };
}

impl Tag {
    /// The identifier of the first statement.
    pub const fn id(self) -> &'static str {
        self.ids()[0]
    }
}

tags! {
    OwnSubmit = "own.submit" => "The sender's client gives a message to its transport.";
    OwnAnswer = "own.answer" => "The final response reaches the sender's client.";
    OwnRelay = "own.relay" => "The originating PF forwards a request and its final response.";
    OwnTransactionTimeout = "RFC3261-17.1.2.2" => "A client transaction without a final response ends after 64 T1.";
    OwnLateResponse = "RFC4320-4.2" => "A response that finds its transaction ended goes no further.";
    OwnBinding = "RFC3261-10.3" => "The registrar adds, refreshes, removes or lets expire a binding.";
    OwnRegister = "RFC3261-10.2" => "A client registers its contact and keeps the binding alive.";
    OwnBackOff = "RFC5626-4.5" => "A client whose registration failed waits twice as long each time, and as long as it is told.";
    OwnKeepAlive = "RFC5626-4.4" => "A client keeps its flow alive, and registers anew when it has failed.";
    OwnFlowFailed = "RFC5626-5.3" => "A request for a contact whose flow has failed is answered with 430, and its binding goes.";
    OwnVersionGap = "RFC3680-5" => "A gap in the versions of partial registration state makes the PF ask for the whole of it.";
    OwnRegEvent = "RFC3680-4" => "The Core tells a subscriber the registration state of a user.";
    OwnThrottle = "RFC3680-4.10" => "The Core keeps a distance between two notifications of a user's registration state.";
    OwnThirdParty = "TS24.229-5.4.2.1.2" => "The Core registers the user at the application server.";
    OwnNoBinding = "RFC3261-16.5" => "A request for a user or contact without a binding is answered with 480.";
    OwnFork = "RFC3261-16.7" => "A request to a user with several contacts is forked and the best response goes back.";
    Accept = "IW15-8.3.1.1-01" => "A MESSAGE with a CPM feature tag comes to the terminating PF.";
    DeliverToClients = "IW15-8.3.1.1-39", "IW15-R-02" => "One MESSAGE goes to each suitable client.";
    StartFromRegistered = "IW15-8.3.1.1-42" => "Suitable clients are chosen from the registered ones.";
    ImdnToClient = "IW15-8.3.1.1-27" => "A disposition notification is sent through the core to the client.";
    DeferNoClient = "SD23-5.2.2.2-01" => "A recipient that cannot be reached makes the PF defer the message.";
    DeferKeep = "SD23-5.2.2.2-02" => "A message is held until the recipient is reachable, by preference and operator policy.";
    DeferAccepted = "IW15-8.3.1.1-21" => "A deferred message is answered with 202 Accepted.";
    RegistrationTrigger = "IW15-R-08" => "A registration starts the delivery of deferred messages.";
    RegistrationTriggerPush = "SD23-5.2.2.2-06" => "At the trigger the PF pushes all deferred messages without asking.";
    PushOneClient = "SD23-5.2.2.2.3-01" => "A push goes to one of the recipient's registered clients.";
    PushAll = "SD23-5.2.2.2.3-03" => "A push delivers all deferred messages as they were received.";
    SmsTrigger = "IW15-R-09", "IW15-R-19" => "The availability of CS/SMS starts the delivery of deferred messages.";
    NextAccess = "IW15-R-12", "IW15-R-04" => "A deferred message waits for the next access, IMS or CS/SMS.";
    ReadyInterwork = "IW15-R-13" => "When the user is available for SMS, the PF starts interworking.";
    WaitForIp = "IW15-R-14" => "A timer lets the PF wait for IP before it uses SMS.";
    WaitEndsByIp = "IW15-R-07" => "CPM over IP has precedence: a registration ends the wait.";
    FirstSmsAttempt = "IW15-R-03" => "Without IP the request goes by a legacy technology.";
    HandToIsf = "IW15-8.3.1.1-40" => "A message for a non-CPM service goes to the ISF.";
    SmsFailureDefers = "IW15-R-10", "IW15-R-21", "IW15-C-02" => "A failed SMS delivery makes the PF defer the message.";
    SmsSuccess = "IW15-R-18" => "The PF handles the data of a successful SMS delivery.";
    KeepInterworked = "IW15-R-20" => "The PF keeps a message handed over until its result.";
    FailedEvent = "IW15-6.7.5.2-02", "IW15-R-17", "IW15-6.7.5-03" => "The IWF tells the PF of a failed SMS delivery.";
    FailedEventPositive = "IW15-6.7.5.2-03" => "The IWF tells the PF of a failure also where only positive-delivery was asked for.";
    ReadyEvent = "IW15-6.7.5.2-05", "IW15-R-16", "IW15-6.7.5-02" => "The IWF tells the PF that a user with a failed delivery can receive SMS.";
    Expire = "SD23-5.2.2.2-07", "PULL-8.3.1.6.3-20" => "A deferred message that expires is handled by preference and policy.";
    ExpireDelete = "SD23-5.2.2.2-08" => "The expiry action deletes the message.";
    OwnExpiryImdn = "own.expiry-imdn" => "Deletion at expiry is reported to a sender who asked.";
    OwnArrivalExpired = "TS83-8.3.2.1-15", "TS83-8.3.2.1-16" => "A message no longer valid at arrival is discarded by local policy.";
    OwnTimeoutDefers = "own.on-timeout" => "A client leg that times out makes the PF defer the message.";
    OwnUnreachableDefers = "own.on-unreachable" => "A client leg answered as unreachable makes the PF defer the message.";
    OwnRefusalFails = "own.on-refusal" => "A client leg that refuses ends the message.";
    OwnNoSuitableReject = "own.no-suitable-client" => "Without a suitable client the message is refused.";
    OwnClaim = "own.guard.claim-per-message" => "One trigger claims a message before anything is sent.";
    OwnLookAgain = "own.guard.late-sms-look-again" => "After a failed SMS the PF looks at the current access.";
    OwnReEvaluate = "own.guard.re-evaluate-after-insertion" => "Access is evaluated again after a message entered the queue.";
    OwnIgnoreLateFailure = "own.guard.ignore-late-failure" => "A failure of a settled or older attempt is ignored.";
    OwnRegisterInflight = "own.on-register-inflight" => "What a registration does while an SMS is outstanding.";
    OwnHandoverLimit = "own.guard.handover-limit" => "Returns between queue and ISF are limited.";
    OwnQueueFull = "own.queue-full" => "What a full deferred queue does.";
    OwnImdnFold = "own.imdn-fold" => "The PF passes the first terminal delivery disposition and suppresses the rest.";
    OwnDedupe = "own.client-dedupe" => "A client discards a message it has seen.";
    OwnClientReceives = "IM08-5.2.2.1-26", "SD23-5.2.2.1.1-37" => "A client answers a received message with success.";
    OwnImdnFromClient = "RFC5438-7" => "A client reports the delivery that was asked for.";
    OwnImdnReceived = "RFC5438-10" => "A disposition notification reaches the sender's client.";
    OwnSmsPlant = "TS29.002-23.3" => "Routing, forwarding and paging of a short message.";
    ScSuccessReport = "IW15-R-22" => "The service centre reports success when the message was accepted.";
    GatewayReport = "IW15-R-23" => "The gateway reports to the HLR what became of the message.";
    FlagOrder = "IW15-R-24" => "Which waiting flag is set first when several domains fail.";
    DomainOrder = "TS23.204-6.5a" => "The gateway tries one domain after the other, within its supervision.";
    Unri = "own.unri" => "Who is missed over IP has UNRI at the gateway, and his registration makes him ready.";
    EventDomain = "IW15-6.7.5.2.1-06", "IW15-6.7.5.2.1-10" => "An interworking event names a domain, CS or PS.";
    FlagRelation = "IW15-R-25" => "A failure sets and a return clears the waiting flag of its domain, or those of all.";
    OwnMemoryFull = "TS23.040-3.2.6" => "A short message refused for want of memory sets MCEF; room again causes the alert.";
    OwnAlertRepeated = "TS29.002-25.10.4" => "An alert without an answer is repeated, and its address purged in the end.";
    OwnListFull = "own.waiting-list-full" => "Who finds no room in the waiting list is told so.";
    OwnInformSc = "TS29.002-23.3.3" => "An enquiry for a subscriber with waiting data is told of them.";
    OwnImplicitDetach = "TS24.301-5.3.5" => "A node takes a subscriber without a sign of life for detached.";
    OwnPurge = "TS29.002-8.1.6" => "A node purges a subscriber who has been detached for long.";
    OwnSuspension = "own.suspension" => "A client that keeps its registration without IP holds what its user writes until it has IP again.";
    OwnPeriodicUpdate = "TS24.008-4.4.2" => "A phone gives signs of life as often as the network asks.";
    OwnBusy = "own.subscriber-busy" => "A node with as many transfers to a phone as it does at once refuses one more.";
    OwnWaitingData = "TS29.002-23.4" => "Waiting data are set, cleared and cause an alert.";
    ScSubmits = "TS23.040-9.2.2.2" => "The gateway submits to a service centre, which delivers (`iw-mode=smsc`).";
    ScStores = "TS23.040-3.1" => "A service centre stores a short message and forwards it.";
    ScRetries = "own.smsc-retry" => "A service centre tries again by its schedule.";
    ScAlert = "TS23.040-10.3" => "At an alert a service centre tries what waits for the subscriber.";
    ScValidity = "TS23.040-9.2.3.12" => "No attempt for a short message begins after its validity.";
    ScInOrder = "own.smsc-order" => "A service centre makes one attempt at a time for a subscriber, in order.";
    ScReports = "TS23.040-9.2.2.3" => "A service centre reports what became of a short message.";
    ScDeletes = "TS23.040-9.2.2.4" => "A service centre deletes a submission at the command of its gateway.";
    ScCapacity = "own.smsc-capacity" => "A service centre without room refuses a submission.";
    Concatenates = "TS23.040-9.2.3.24" => "A long text goes in several short messages, which the phone joins.";
    OwnSmLoss = "own.sms-random-loss" => "A short message may be lost in the service centre.";
    OwnSmRepeat = "own.sms-duplicate" => "A short message whose acknowledgement is lost comes again.";
    OwnNoStatus = "own.status-report-wait" => "A submission of which nothing is heard has failed.";
    OwnCancelOnIp = "own.smsc-submission" => "A message that goes by CPM is taken back from the service centre.";
    OwnLost = "own.lost" => "A PDU met a device that could not receive it, or a full line.";
    OwnMadeGood = "RFC3261-21.5.4" => "What a full function refused is tried again after a wait, as late as the refusal asks.";
    OwnServerFull = "own.server-full" => "A function without room for another job refuses a request with 503.";
    OwnEnd = "own.end" => "The run ended first.";

    // Origination and routing.
    ClientAddresses = "IM08-5.2.2.1-01", "SD23-5.2.2.1.1-01" => "The client puts the address of the recipient into the message.";
    ClientSends = "IM08-5.2.2.1-03", "SD23-5.2.2.1.1-03" => "At the user's wish the client sends the message through the core.";
    ReplyTo = "SD23-5.2.2.1.1-02" => "At the user's wish the message says where replies go.";
    ClientTags = "SD23-5.2.2.1.1-04" => "The client indicates the CPM feature tag.";
    Indicate = "SD23-5.2.2.1.7-01" => "The client gives the end-to-end indications.";
    RouteByTag = "SD23-5.2.2.1.1-05", "IM08-5.2.2.1-06", "SD23-5.2.2.1.1-06" => "The core routes a request with the feature tag to the PF of the sender.";
    Authorise = "IM08-5.2.2.1-07", "SD23-5.2.2.1.1-07" => "The originating PF authorises the sender before it forwards.";
    OnlyAuthorised = "IM08-5.2.2.1-08", "SD23-5.2.2.1.1-08" => "Only the message of an authorised sender goes on.";
    CoreForwards = "IM08-5.2.2.1-09", "SD23-5.2.2.1.1-09" => "The sender's core forwards towards the address of the recipient.";
    RouteToTerminating = "IM08-5.2.2.1-10", "SD23-5.2.2.1.1-10" => "The recipient's core routes the message to the terminating PF.";
    CoreInsertsTarget = "IM08-5.2.2.1-22", "SD23-5.2.2.1.1-34" => "The recipient's core adds the target CPM Address.";
    PfInsertsTarget = "SD23-5.2.2.1.1-35" => "Where the core does not, the terminating PF adds the target CPM Address.";
    RouteToClient = "IM08-5.2.2.1-23", "SD23-5.2.2.1.1-36" => "The core routes the message to the client that it addresses.";
    NameInstances = "TS83-8.3.2.1-34" => "The PF names the devices it has chosen by sip.instance.";
    PreserveTerminating = "SD23-5.2.2.1.7-02" => "The terminating PF preserves the end-to-end indications.";
    PreserveOriginating = "SD23-5.2.2.1.7-04" => "The originating PF preserves the end-to-end indications.";
    HopLimit = "RFC3261-16.3" => "A request that has no hop left is refused with 483.";

    // The decision of 2008.
    Im08Deliver = "IM08-5.2.2.1-16" => "2008: the message goes to every registered client that the preferences allow.";
    Im08Barred = "IM08-5.2.2.1-18" => "2008: clients barred by preferences and unregistered ones get nothing.";
    Im08Defer = "IM08-5.2.2.1-20" => "2008: with no client left the message is deferred if the preferences ask for it.";
    Im08Interwork = "IM08-5.2.2.1-21" => "2008: with no client left the preferences may ask for interworking instead.";

    // The decision of 2009.
    Sd23RejectAllClients = "SD23-5.2.2.1.1-11" => "2009: rejected when the preferences of every registered client say so.";
    Sd23RejectOverall = "SD23-5.2.2.1.1-12" => "2009: rejected when the overall preferences say so.";
    Sd23RejectUnregistered = "SD23-5.2.2.1.1-13" => "2009: rejected when no client is registered and the preferences say so for that state.";
    Sd23PreferenceInputs = "SD23-5.2.2.1.1-15" => "2009: preferences depend on originator, undisclosed identity, availability, type of content.";
    Sd23Deliver = "SD23-5.2.2.1.1-16" => "2009: the message goes to each registered client that passes all factors.";
    ByPreference = "SD23-5.2.2.1.1-17" => "Preferences exclude a client.";
    ByCapability = "SD23-5.2.2.1.1-18", "IW15-8.3.1.1-34" => "Capabilities exclude a client.";
    ByConnectivity = "SD23-5.2.2.1.1-19", "IW15-8.3.1.1-33" => "Connectivity excludes a client.";
    ByProviderPolicy = "SD23-5.2.2.1.1-20", "IW15-8.3.1.1-35" => "Provider policy excludes a client.";
    Sd23Excluded = "SD23-5.2.2.1.1-22", "SD23-R-02" => "2009: excluded clients get nothing, and the factor is known.";
    Sd23CheckBack = "SD23-5.2.2.1.1-24" => "2009: the recipient is notified and asked when the preferences say so.";
    Sd23DeferAnyTime = "SD23-5.2.2.1.1-28" => "2009: deferred when the preferences ask for it, whatever the registration.";
    Sd23DeferUnregistered = "SD23-5.2.2.1.1-29" => "2009: deferred when no client is registered and the preferences ask for it in that state.";
    Sd23Interwork = "SD23-5.2.2.1.1-30" => "2009: handed to the ISF when the preferences ask for interworking.";
    Sd23Store = "SD23-5.2.2.1.1-31" => "2009: delivered to the message store when the preferences ask for it.";
    OneStorage = "SD23-5.2.2.1.1-33" => "Where delivery to the store and recording coincide there is one storage operation.";

    // The TS draft.
    Ts83AccessFirst = "TS83-8.3.2.1-01" => "TS draft: the access policy is checked before all else.";
    Ts83ServiceRules = "TS83-8.3.2.1-02" => "TS draft 1a: only rules for the CPM service count.";
    Ts83MediaRules = "TS83-8.3.2.1-06" => "TS draft 1b: only rules for pager mode messages count.";
    Ts83SenderRules = "TS83-8.3.2.1-07" => "TS draft 1c: only rules for the sender count.";
    Ts83RejectRule = "TS83-8.3.2.1-08", "TS83-8.3.2.1-09" => "TS draft 1d: a rule with allow-reject-invite rejects.";
    Ts83Reject403 = "TS83-8.3.2.1-10" => "TS draft: the access rejection is 403.";
    Ts83RejectWarning = "TS83-8.3.2.1-11" => "TS draft: the access rejection should carry Warning 122.";
    Ts83Size = "TS83-8.3.2.1-12" => "TS draft step 2: provider policy on size.";
    Ts83Content = "TS83-8.3.2.1-13" => "TS draft step 2: provider policy on content.";
    Ts83Content415 = "TS83-8.3.2.1-14" => "TS draft: content that does not conform is refused with 415 and the formats supported.";
    Ts83Profile = "TS83-8.3.2.1-17" => "TS draft step 4: the active profile says how to handle the message.";
    Ts83Unavailable = "TS83-8.3.2.1-18" => "TS draft 4a: the handling holds for one who is not registered or not available.";
    Ts83HandlingReject = "TS83-8.3.2.1-19" => "TS draft 4a-i: rejected with 403.";
    Ts83HandlingWarning = "TS83-8.3.2.1-20" => "TS draft 4a-i: the rejection should carry Warning 122.";
    Ts83Defer = "TS83-8.3.2.1-21" => "TS draft 4a-ii: into the deferred queue.";
    Ts83Defer202 = "TS83-8.3.2.1-22" => "TS draft 4a-ii: answered with 202.";
    Ts83Store = "TS83-8.3.2.1-23" => "TS draft 4a-iii: into the message store.";
    Ts83ContentStore = "TS83-8.3.2.1-24" => "TS draft 4a-iii: what content goes to the content store is determined.";
    Ts83Store200 = "TS83-8.3.2.1-25" => "TS draft 4a-iii: answered with 200.";
    Ts83NonCpm = "TS83-8.3.2.1-26" => "TS draft 4a-iv: to the ISF.";
    Ts83Registered = "TS83-8.3.2.1-29" => "TS draft 4b: for a registered user the procedure goes on.";
    Ts83HistoryActive = "TS83-8.3.2.1-31" => "TS draft step 5: whether history recording is active.";
    Ts83Record = "TS83-8.3.2.1-32" => "TS draft step 5: the history is recorded before the message goes out.";
    Ts83Select = "TS83-8.3.2.1-33" => "TS draft step 6: target devices may be selected.";
    Ts83OneRequest = "TS83-8.3.2.1-35" => "TS draft step 7: one request goes to the core.";
    Ts83CoreForks = "TS83-8.3.2.1-36" => "TS draft step 7: the core forks it to the devices.";
    Ts83ForwardResponse = "TS83-8.3.2.1-37" => "TS draft step 8: the final response is forwarded.";

    // 2015, 8.3.1.1.
    VersionRequired = "IW15-8.3.1.1-02" => "Step 1: the User-Agent header is held against the required version.";
    Version403 = "IW15-8.3.1.1-03" => "Step 1: a version not supported is refused with 403.";
    Version132 = "IW15-8.3.1.1-04" => "Step 1: the 403 carries Warning 132.";
    Anonymity403 = "IW15-8.3.1.1-05" => "Step 2: anonymity that is not allowed is refused with 403.";
    Anonymity119 = "IW15-8.3.1.1-06" => "Step 2: the 403 carries Warning 119.";
    Blacklist403 = "IW15-8.3.1.1-07" => "Step 3: an originator on the blacklist is refused with 403.";
    Blacklist122 = "IW15-8.3.1.1-08" => "Step 3: the 403 carries Warning 122.";
    RuleMatches = "IW15-8.3.1.1-09" => "Step 4: a rule for CPM and standalone messages decides, whatever the registration.";
    RuleRejects403 = "IW15-8.3.1.1-10" => "Step 4a: allow-reject-invite refuses with 403.";
    RuleRejects122 = "IW15-8.3.1.1-11" => "Step 4a: the 403 carries Warning 122.";
    RuleInterworks = "IW15-8.3.1.1-12" => "Step 4b: allow-interwork and allow-deliver-and-interwork send to the ISF.";
    StripDelivery = "IW15-8.3.1.1-13" => "Step 4c: the delivery-report request is removed before storing.";
    KeepDisplay = "IW15-8.3.1.1-14" => "Step 4c: the request for a read report is kept.";
    RuleStores = "IW15-8.3.1.1-15" => "Step 4c: the message is stored.";
    StoreReports = "IW15-8.3.1.1-16" => "Step 4c: a requested positive delivery report is sent for a stored message.";
    Store200 = "IW15-8.3.1.1-17" => "Step 4c: answered with 200.";
    RuleForwards = "IW15-8.3.1.1-18" => "Step 4d: allow-forward sends the message to the address of the preferences.";
    ImdnNotForwarded = "IW15-8.3.1.1-19" => "Step 4d: the recipient of an IMDN is not changed.";
    RuleDefers = "IW15-8.3.1.1-20" => "Step 4e: allow-defer defers.";
    DndLooked = "IW15-8.3.1.1-22" => "Step 5: without a rule, or after deliver-and-interwork, a do-not-disturb rule is looked for.";
    DndDefers = "IW15-8.3.1.1-23" => "Step 5: do-not-disturb defers.";
    Dnd202 = "IW15-8.3.1.1-24" => "Step 5: answered with 202.";
    OfflineLooked = "IW15-8.3.1.1-25" => "Step 6: a rule with allow-offline-storage is looked for.";
    OfflineRecords = "IW15-8.3.1.1-26" => "Step 6: the history is recorded.";
    Step8Runs = "IW15-8.3.1.1-28" => "Step 8 runs without a rule or after deliver-and-interwork.";
    ClientRules = "IW15-8.3.1.1-29" => "Step 8a-i: rules about single clients are looked for.";
    ClientRuleNeeds = "IW15-8.3.1.1-30" => "Step 8a-i: such a rule names service, profile and reject, and its other conditions hold.";
    ClientRuleExcludes = "IW15-8.3.1.1-31" => "Step 8a-i: clients with a named profile are excluded.";
    ConnectivityLooked = "IW15-8.3.1.1-32" => "Step 8a-ii: sources for connectivity are evaluated.";
    OneSuitability = "IW15-8.3.1.1-36", "IW15-8.3.1.1-37" => "One notion of a suitable client for every use.";
    StepsInOrder = "IW15-8.3.1.1-41" => "The steps run in order and end as the text says.";

    // What the texts leave open.
    OwnNoOutcome = "own.empty-rule" => "A matching rule without a true action leads to no outcome.";
    OwnRuleMerge = "own.rule-merge" => "How several matching rules combine.";
    OwnSingleHandover = "own.guard.single-isf-handover" => "Steps 4b and 8c lead to one hand-over.";
    OwnSingleStored = "own.guard.single-stored-copy" => "Recording, storing and expiry make one stored object.";
    OwnForwardLimit = "own.guard.forward-hop-limit" => "Retargeting is limited in hops.";
    OwnDndWatched = "own.guard.dnd-change-watched" => "The PF learns at once that a do-not-disturb rule is gone.";
    OwnDndBlocks = "own.dnd-blocks-interworking" => "What do-not-disturb deferred does not go by SMS.";
    OwnRuleDeferBlocks = "own.rule-defer-blocks-interworking" => "What a rule deferred does not go by SMS.";
    OwnContentAdapt = "own.on-content-error" => "A client leg that refuses the content is tried another way, or fails.";
    OwnServerError = "own.on-server-error" => "A server error of a client leg is repeated once, or defers, or fails.";
    OwnResponses = "own.response-policy" => "A final response of a client leads to what the model says of its code, before what the axes say.";
    OwnUnconfirmed = "own.on-client-202" => "A 202 on a client leg is open until a delivery report.";
    OwnDeferMissing = "own.fanout-defer-missing" => "The message stays deferred for clients that did not answer.";
    OwnImdnTarget = "own.imdn-target" => "How an IMDN reaches a user with several clients.";
    OwnImdnBypass = "own.imdn-screening" => "Whether an IMDN passes the screening of messages.";
    OwnImdnInterwork = "own.imdn-interwork" => "Where an IMDN goes under allow-interwork.";
    OwnPolicyRecheck = "own.policy-recheck" => "Whether policy is evaluated again when a deferred message is delivered.";
    OwnPolicyChange = "own.policy-change" => "The PF learns of a change of policy.";
    OwnStoreFailed = "own.store-failed" => "What the PF does when the store refuses.";
    OwnSync = "IM08-5.2.2.1-05", "IM08-5.2.2.1-19", "SD23-5.2.2.1.1-23" => "A device that synchronises gets what is recorded.";
    OwnRecordSent = "IM08-R-02" => "A sent message is recorded for the sender's other devices.";
    OwnStoreObject = "own.store" => "The message store writes and gives out objects.";
    PushEnablerTakes = "SD23-5.2.2.1.1-26" => "Out-of-band notifications are handed to the Push Enabler.";

    // The client and deferred messages.
    OwnNoticeAnswered = "RFC3428-7" => "A client answers a notification with success.";
    OwnNoticeRead = "own.notice" => "A client knows of what it has read in notifications, in whatever order their parts come.";
    OwnNoticeWhole = "own.whole-list" => "A round of notification that has come whole tells of all that waits, and an empty one of nothing.";
    OwnOneReaction = "own.one-reaction" => "The user reacts once to all notifications that come before he acts.";
    OwnPushLine = "own.push-line" => "A device tells the Push Enabler that it is there, or goes.";
    UserChooses = "SD23-5.2.2.2.2-03", "PULL-7.2.3.2.1-04" => "The user chooses what to do with each deferred message, and when.";
    PullInvites = "PULL-7.2.3.2.1-01", "PULL-7.2.3.2.1-05", "PULL-7.2.3.2.1-20", "SD23-5.2.2.2.2-04" => "The client acts on deferred messages by an initial INVITE through the core.";
    PullAddress = "PULL-7.2.3.2.1-06" => "Step 2: the INVITE is addressed to the management of deferred messages in the user's home network.";
    PullTag = "PULL-7.2.3.2.1-07", "PULL-7.2.3.2.1-08" => "Steps 3 and 4: the feature tag of deferred messages.";
    PullList = "PULL-7.2.3.2.1-02", "PULL-7.2.3.2.1-13", "SD23-5.2.2.2.2-05" => "Step 6: a list names the messages if not all are to be retrieved.";
    PullAll = "PULL-7.2.3.2.1-03" => "No list means: retrieve all.";
    PullActions = "PULL-7.2.3.2.1-14", "PULL-7.2.3.2.1-15", "PULL-7.2.3.2.1-16", "PULL-7.2.3.2.1-17", "PULL-7.2.3.2.1-18" => "Step 6a: each entry has one of the four actions.";
    UnnamedStay = "PULL-7.2.3.2.1-19" => "A deferred message that the list does not name stays deferred.";
    PullNoMedia = "PULL-7.2.3.2.1-21", "PULL-R-03" => "The media plane of the session of a pull is not set up.";
    PullGivesUp = "PULL-7.2.3.2.1-22" => "On 488 with Warning 125 the client gives the messages of the INVITE up.";
    PullOtherErrors = "PULL-7.2.3.2.1-24", "PULL-R-04" => "After another error response nothing happens to the messages.";
    PullAck = "PULL-7.2.3.2.1-25" => "The client acknowledges the 200.";
    ByeAfterAck = "PULL-7.2.3.2.1-26", "PULL-R-05" => "After the ACK the client sends a BYE.";
    ByeAfterRetrieval = "SD23-5.2.2.2.2-06" => "The client closes the session once the messages have been retrieved.";
    PullAgain = "PULL-7.2.3.2.1-28" => "A client answered with 480 tries again.";
    ExpiryEndsPull = "PULL-7.2.3.2.1-29" => "What a client was told has expired it does not pull.";
    OwnPullUnanswered = "own.pull-unanswered" => "A pull without an answer is tried again.";
    OwnPullResumed = "own.pull-resumed" => "A client that was away asks again for what did not come.";
    OwnPushSession = "RFC3261-13.3.1.4" => "A client accepts the session of a push.";
    OwnLateSuccess = "RFC3261-13.2.2.4" => "A success of an INVITE that was given up is acknowledged, and its session ended.";
    OwnSessionBound = "own.session-bound" => "A client closes a session in which nothing comes for 64 T1.";
    OwnByeAnswered = "RFC3261-15.1.2" => "A BYE is answered: 200 if its session is known, else 481.";
    OwnMsrpAnswered = "RFC4975-7.2" => "A message over MSRP is answered: 200 if its session is known, else 481.";
    // Notification of deferred messages (8.3.1.6.3).
    TwoMechanisms = "SD23-5.2.2.2-03", "SD23-5.2.2.2.1-01" => "Deferred messages leave the queue by notification and pull, or by push.";
    NotifyAtTrigger = "SD23-5.2.2.2-04" => "A client that becomes available is told of what waits.";
    NotifyAndWait = "SD23-5.2.2.2-05", "PULL-R-01", "PULL-R-11", "PULL-8.3.1.6.3-19" => "After a notification the PF waits for a client to act.";
    NotifyUndisturbed = "PULL-8.3.1.6.3-01", "PULL-8.3.1.6.3-02" => "While a do-not-disturb rule stands nobody is notified.";
    NotifyAfterRule = "PULL-8.3.1.6.3-03" => "When the do-not-disturb rule is gone the notification goes out.";
    NotifyEach = "PULL-8.3.1.6.3-04", "PULL-R-06", "SD23-5.2.2.2.2-01" => "Each registered client is decided for by itself.";
    NotifySuitable = "PULL-8.3.1.6.3-05", "PULL-8.3.1.6.3-40", "PULL-R-15" => "A client is notified if it is suitable for at least one message.";
    NotifyRelaxed = "PULL-R-07" => "First version: suitability for a notification is less strict than for a message.";
    NotifyByMessage = "PULL-8.3.1.6.3-06", "PULL-8.3.1.6.3-13" => "An in-band notification is a MESSAGE towards the client.";
    NotifyByNotify = "SD23-5.2.2.1.1-25" => "2009: an in-band notification is a NOTIFY.";
    NotifySystemTag = "PULL-8.3.1.6.3-07" => "The tag of a system message marks the notification.";
    NotifyAddress = "PULL-8.3.1.6.3-08" => "The Request-URI is the address of the notified client.";
    NotifyLists = "PULL-8.3.1.6.3-11", "PULL-8.3.1.6.3-34", "PULL-R-08" => "An in-band notification lists all deferred messages.";
    NotifyMetadata = "PULL-8.3.1.6.3-12", "SD23-5.2.2.1.1-27", "SD23-5.2.2.2.2-02" => "A notification describes the messages.";
    NotifySplit = "PULL-8.3.1.6.3-18" => "What does not fit into one MESSAGE goes in several.";
    OutOfBand = "PULL-8.3.1.6.3-14", "SD23-5.2.2.2.2-08" => "Without a suitable client the devices are notified out of band.";
    OutOfBandPaused = "PULL-8.3.1.6.3-15" => "While policy pauses retrieval there is no notification out of band.";
    OutOfBandTargets = "PULL-8.3.1.6.3-16", "PULL-R-16" => "All or selected known devices are notified out of band.";
    OutOfBandAddress = "PULL-R-09" => "An out-of-band notification goes by MSISDN or the like.";
    OutOfBandSummary = "PULL-8.3.1.6.3-17", "PULL-R-10" => "Several messages may be told of by their number alone.";
    OwnFailedNotification = "own.guard.failed-notification-not-sent" => "A failed notification counts as not sent.";
    OwnRenotify = "own.renotify" => "Whether a client that registers after the round is notified.";
    OwnReminder = "own.reminder" => "Clients are reminded of what still waits.";
    OwnExpiryNotice = "own.expiry-notice" => "Clients are told that messages have expired.";
    OwnPushAfter = "own.pull-then-push" => "What is still queued some time after a notification is pushed.";
    OwnRefresh = "own.pull-refresh-notify" => "After a pull the other clients are told what is left.";
    OwnRequeueNotice = "own.requeue-notice" => "A message that came back to the queue is told of anew.";

    // Pull (8.3.1.6.3, steps 1 to 10).
    PullStarts = "PULL-8.3.1.6.3-21" => "A pull starts with an INVITE that bears the tag of deferred messages.";
    PullEmpty = "PULL-8.3.1.6.3-22" => "Step 1: without a message to manage the answer is 488.";
    PullWarning = "PULL-8.3.1.6.3-23" => "Step 1: the 488 carries Warning 125.";
    PullAccepted = "PULL-8.3.1.6.3-24" => "Step 2: the answer is 200.";
    PullDeletes = "PULL-8.3.1.6.3-25" => "Step 3: a message is deleted.";
    PullDeleteReports = "PULL-8.3.1.6.3-26" => "Step 3: the sender is told of the deletion if he asked.";
    PullInterworks = "PULL-8.3.1.6.3-27" => "Step 4: a message goes to the ISF.";
    PullStores = "PULL-8.3.1.6.3-28" => "Step 5: a message is stored.";
    PullStoreReports = "PULL-8.3.1.6.3-29" => "Step 5: the sender is told of the storing if he asked.";
    DeliverAll = "PULL-8.3.1.6.3-30" => "Step 6: without a list all messages are delivered.";
    PullDelivers = "PULL-8.3.1.6.3-31" => "Step 6: a message is sent to the client that pulls.";
    PullLeaves = "PULL-8.3.1.6.3-33" => "Step 7: what is not named stays deferred.";
    PullIgnoresGone = "PULL-8.3.1.6.3-35" => "Step 7: an instruction about a message that is gone is ignored.";
    AckIgnored = "PULL-8.3.1.6.3-36" => "Step 8: an ACK is ignored.";
    ByeProcessed = "PULL-8.3.1.6.3-37" => "Step 9: a BYE is answered and ends the dialog.";
    PullAnyTime = "PULL-8.3.1.6.3-38" => "ACK and BYE do not affect the steps.";
    PullInOrder = "PULL-8.3.1.6.3-39", "PULL-R-14" => "Step 10: overlapping pulls are served first come, first served.";
    PullRefused = "PULL-R-13" => "First version: a pull that overlaps another is refused with 480.";
    PullSteps = "PULL-8.3.1.6.3-43" => "Deletions come first, then interworking, storing and deliveries.";
    PullRemoves = "SD23-5.2.2.2.2-09", "SD23-5.2.2.2.2-10" => "What was asked for and done leaves the queue.";
    OwnFaultyEntry = "own.faulty-entry" => "An entry without a proper action is ignored, and its message stays.";
    OwnSameClient = "own.guard.same-client-in-order" => "Overlapping pulls of one client are served one after the other.";
    OwnHideInDelivery = "own.guard.hide-in-delivery" => "A message in delivery is hidden from other pulls and pushes.";
    OwnPausedPull = "own.paused-pull" => "Whether a pull is served while policy pauses retrieval.";
    OwnDndPull = "own.dnd-pull" => "Whether a pull is served under a do-not-disturb rule.";
    OwnCheckEmpty = "own.pull-check-empty" => "When the test for an empty queue runs.";
    OwnNothingListed = "own.pull-488-when" => "Whether a list of which nothing is left is answered with 488.";
    OwnAllScope = "own.pull-all-scope" => "Whether a retrieval of all includes what comes meanwhile.";
    OwnAllUnsuitable = "own.pull-all-unsuitable" => "Whether a retrieval of all skips what the client cannot take.";
    OwnPullTeardown = "own.pull-teardown" => "Who closes the session of a pull.";
    OwnInSession = "own.pull-transport" => "Whether pulled and pushed messages travel inside the session.";
    OwnSessionLimit = "own.session-limit" => "A PF has room for so many MSRP sessions; one more is blocked, a pull with 503.";
    OwnDialogEnd = "own.dialog-end" => "A BYE for no dialog is answered with 481, and a session without a word ends.";

    // Whom a failed short message is told to, who waits for IP, and what the sender hears of legacy services.
    ClientWaits = "IW15-R-06" => "Where the client is to wait for IP, the PF does not wait: no client delays an SMS of the network.";
    OwnFailureImdn = "own.negative-imdn" => "A failed SMS is told by a negative notification, where one was asked for and the axes say so.";
    OwnFailureReport = "own.iw-failure-report" => "A failed SMS of which the text sends no event ends its message.";
    OwnServices = "own.services" => "The ISF chooses SMS or MMS by content and size, and refuses what neither takes.";
    OwnMms = "own.mms" => "A multimedia message is announced by a short message, after a time of its own.";
    MessageContext = "IW15-6.7.5.2.1-05" => "A failure event says by which service the message went.";
    LegacyIndication = "IW15-C-01" => "The sender is told that the delivery was by a legacy service.";

    // Push in a session, and restart.
    PushSession = "SD23-5.2.2.2.3-02" => "2009: a push takes place in a session with the chosen client.";
    PushSessionEnds = "SD23-5.2.2.2.3-04" => "2009: the PF closes the session after the last message.";
    ExpireStores = "own.expiry-policy" => "The expiry action stores the message.";
    OwnRestart = "own.restart" => "A PF that restarts keeps what its queue keeps, and asks again for what it knew.";
    OwnDisplay = "RFC5438-7.2" => "A client reports the display that was asked for.";
}

/// The rules in force: all of them, or all but one, so that a test can see what a rule is good for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    without: Option<Tag>,
}

impl Rules {
    pub const ALL: Rules = Rules { without: None };

    /// All rules but that of `tag`.
    pub const fn without(tag: Tag) -> Rules {
        Rules { without: Some(tag) }
    }

    /// Whether the rule of `tag` is in force.
    pub fn holds(self, tag: Tag) -> bool {
        self.without != Some(tag)
    }
}
