// SPDX-License-Identifier: Apache-2.0
/** A network in virtual time, for tests that must not wait and must be repeatable. */
@NullMarked
@Export
@Version("0.1.0")
package org.peeredge.kit.simnet;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
