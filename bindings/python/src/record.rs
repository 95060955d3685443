//! Classes that hold values and do nothing.

/// A frozen class with typed attributes, whose `__repr__` leaves out what is `None`, false or empty.
macro_rules! record {
    ($(#[$about:meta])* $name:ident { $($(#[$doc:meta])* $field:ident: $type:ty,)* }) => {
        $(#[$about])*
        #[pyo3::pyclass(frozen, get_all, module = "placet")]
        pub struct $name {
            $($(#[$doc])* pub $field: $type,)*
        }

        #[pyo3::pymethods]
        impl $name {
            fn __repr__(slf: &pyo3::Bound<'_, Self>) -> pyo3::PyResult<String> {
                use pyo3::types::PyAnyMethods;
                let mut parts = Vec::new();
                for field in [$(stringify!($field)),*] {
                    let value = slf.getattr(field)?;
                    if value.is_truthy()? {
                        parts.push(format!("{field}={}", value.repr()?));
                    }
                }
                Ok(format!("{}({})", stringify!($name), parts.join(", ")))
            }

            fn __eq__(slf: &pyo3::Bound<'_, Self>, other: &pyo3::Bound<'_, pyo3::PyAny>) -> pyo3::PyResult<bool> {
                use pyo3::types::PyAnyMethods;
                if !other.is_instance_of::<$name>() {
                    return Ok(false);
                }
                for field in [$(stringify!($field)),*] {
                    if !slf.getattr(field)?.eq(other.getattr(field)?)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
        }
    };
}
pub(crate) use record;
