// SPDX-License-Identifier: Apache-2.0
/** Nodes, registries and clients in network namespaces. Needs root and Linux. */
@NullMarked
package org.peeredge.itests.lab;

import org.jspecify.annotations.NullMarked;
