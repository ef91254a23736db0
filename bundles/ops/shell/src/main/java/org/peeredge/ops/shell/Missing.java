// SPDX-License-Identifier: Apache-2.0
package org.peeredge.ops.shell;

/** What it means that a service is not there, and what to do. */
final class Missing {
    static final String ROUTING =
            "routing does not run on this node: see feature:list for peeredge-routing-engine, and"
                    + " scr:list";
    static final String STORE =
            "the content store does not run on this node: see feature:list for peeredge-dts-engine,"
                    + " and log:display for a store that could not be opened";
    static final String TRANSFERS =
            "the transfer engine does not run on this node: it needs a mesh (mesh:info) and the"
                    + " feature peeredge-dts-engine (feature:list)";
    static final String RECEIPTS =
            "no receipts are kept on this node: it needs a mesh (mesh:info) and the feature"
                    + " peeredge-dts-engine (feature:list)";
    static final String REPLICAS =
            "nobody looks after copies on this node: it needs a mesh (mesh:info) and the feature"
                    + " peeredge-dts-replicas (feature:list)";
    static final String MESH =
            "this node talks to no mesh: create one (mesh:create) or join one (mesh:join), and see"
                    + " feature:list for peeredge-dts-engine";
    static final String SETUP =
            "the kernel does not run on this node: see feature:list for peeredge-kernel, and"
                    + " log:display for a key that could not be read";
    static final String AUTHORITY =
            "this node is not the mesh's authority: run this command on the node where mesh:create"
                    + " was run";

    private Missing() {}
}
