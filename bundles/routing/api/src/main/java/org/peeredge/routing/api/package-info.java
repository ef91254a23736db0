// SPDX-License-Identifier: Apache-2.0
/** Who serves whom: the service that the engine and the operator ask. */
@NullMarked
@Export
@Version("0.1.0")
package org.peeredge.routing.api;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
