//! Writes the JavaScript beside a module: `placet-wasm-tools MODULE FOLDER NAME`.

use wasm_bindgen_cli_support::Bindgen;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [module, folder, name] = &arguments[..] else {
        return Err("usage: placet-wasm-tools MODULE FOLDER NAME".into());
    };
    let mut bindgen = Bindgen::new();
    bindgen.input_path(module).out_name(name).web(true)?.typescript(false).remove_producers_section(true);
    Ok(bindgen.generate(folder)?)
}
