fn list() -> impl IntoIterator<Item = Entry> {
    {
        const ENTRIES: [::mcp_server::__private::Entry; 2usize] = [
            <hello as ::mcp_server::__private::ItemSource>::ENTRY,
            <weather::forecast as ::mcp_server::__private::ItemSource>::ENTRY,
        ];
        ENTRIES
    }
}
