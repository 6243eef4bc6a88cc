const _: () = {
    #[automatically_derived]
    #[allow(deprecated, reason = "deprecated variants are matched too")]
    impl ::mcp_server::__private::ClientFacing for NotesError {
        #[allow(unused_variables, reason = "not every error shows its text")]
        fn disclose(
            &self,
            text: fn(&Self) -> ::mcp_server::__private::String,
        ) -> ::mcp_server::__private::Disclosure {
            match self {
                Self::Taken { .. } => {
                    ::mcp_server::__private::Disclosure::Shown(
                        ::mcp_server::__private::CallError::client(text(self)),
                    )
                }
                Self::Missing { 0: __field_0, 1: __field_1, .. } => {
                    ::mcp_server::__private::Disclosure::Shown(
                        ::mcp_server::__private::CallError::not_found(
                            ::mcp_server::__private::format_text(
                                ::core::format_args!(
                                    "there is no note {__field_0} of {__field_1:?}{{}}"
                                ),
                            ),
                        ),
                    )
                }
                Self::Quota { .. } => {
                    ::mcp_server::__private::Disclosure::Shown(
                        ::mcp_server::__private::CallError::protocol(
                            ::mcp_server::__private::ErrorObject::new(
                                ::mcp_server::__private::ErrorCode(1234),
                                text(self),
                            ),
                        ),
                    )
                }
                Self::Database { .. } => ::mcp_server::__private::Disclosure::Masked,
                Self::Tags { 0: inner, .. } => {
                    match ::mcp_server::__private::disclosure(inner) {
                        ::mcp_server::__private::Disclosure::Undecided => {
                            ::mcp_server::__private::Disclosure::Masked
                        }
                        decided => decided,
                    }
                }
                Self::Other { source: __field_source, .. } => {
                    match ::mcp_server::__private::disclosure(__field_source) {
                        ::mcp_server::__private::Disclosure::Undecided => {
                            ::mcp_server::__private::Disclosure::Shown(
                                ::mcp_server::__private::CallError::client(
                                    ::mcp_server::__private::format_text(
                                        ::core::format_args!("{__field_source:?}"),
                                    ),
                                ),
                            )
                        }
                        decided => decided,
                    }
                }
            }
        }
    }
    ::mcp_server::__private::inventory::submit! {
        ::mcp_server::__private::ClientFacingType::of:: < NotesError > ()
    }
};
