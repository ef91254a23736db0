// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kernel.api;

/** What the mesh authority lets a node do. A certificate names any number of roles. */
public enum Role {
    /** Takes part: pulls, serves, stores. Every certificate has it. */
    MEMBER,
    /** Its signature alone makes a piece map trusted. */
    ORIGIN,
    /** May command other members (fleet commands). */
    OPERATOR
}
