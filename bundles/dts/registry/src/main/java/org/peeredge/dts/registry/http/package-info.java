// SPDX-License-Identifier: Apache-2.0
/** What the registry answers to which request, and how errors look. */
@NullMarked
package org.peeredge.dts.registry.http;

import org.jspecify.annotations.NullMarked;
