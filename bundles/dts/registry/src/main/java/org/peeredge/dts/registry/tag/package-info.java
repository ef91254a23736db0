// SPDX-License-Identifier: Apache-2.0
/** Tags: kept where they were published, found among members, read from upstreams. */
@NullMarked
package org.peeredge.dts.registry.tag;

import org.jspecify.annotations.NullMarked;
