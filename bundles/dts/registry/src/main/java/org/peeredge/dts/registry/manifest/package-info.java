// SPDX-License-Identifier: Apache-2.0
/** Manifests: what they name, where they come from, and when they may be answered. */
@NullMarked
package org.peeredge.dts.registry.manifest;

import org.jspecify.annotations.NullMarked;
