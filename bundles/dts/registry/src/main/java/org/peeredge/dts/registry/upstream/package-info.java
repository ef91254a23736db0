// SPDX-License-Identifier: Apache-2.0
/** Plain registries behind the mesh: requests, tokens, back-off, stalls. */
@NullMarked
package org.peeredge.dts.registry.upstream;

import org.jspecify.annotations.NullMarked;
